"""The model as it is served. MLflow copies this file into a model's folder and runs it there.

It imports nothing of the telco's own, so that a server needs the pinned packages only. What is
done to the columns before scoring stands in the model, not before it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class ServedModel(PythonModel):
    """Probability of leaving, and whether to contact the customer at a threshold.

    ``model_config`` names the engine, ``sklearn`` or ``onnx``, and the types that skops may make.
    """

    def load_context(self, context: Any) -> None:
        """Load the files of the chosen engine; the other engine is not even imported."""
        config = context.model_config
        self.default_threshold = float(config["threshold"])
        if config["engine"] == "onnx":
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            self.session = onnxruntime.InferenceSession(context.artifacts["onnx"], options)
            self.score = self._score_onnx
        elif config["engine"] == "sklearn":
            import skops.io

            self.model = skops.io.load(context.artifacts["skops"], trusted=config["trusted"])
            self.score = self._score_sklearn
        else:
            raise ValueError(f"unknown engine {config['engine']!r}: choose sklearn or onnx")

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """One row for each customer: ``probability``, and ``contact`` from the threshold on."""
        threshold = float((params or {}).get("threshold", self.default_threshold))
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")
        # A customer without a bill yet has been billed nothing.
        customers = model_input.assign(TotalCharges=model_input["TotalCharges"].fillna(0.0))
        p = self.score(customers)
        return pd.DataFrame({"probability": p, "contact": p >= threshold}, index=model_input.index)

    def _score_sklearn(self, customers: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.asarray(self.model.predict_proba(customers)[:, 1], dtype=float)

    def _score_onnx(self, customers: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
        kinds = {"tensor(string)": object, "tensor(int64)": np.int64, "tensor(float)": np.float32}
        feed = {
            column.name: customers[[column.name]].to_numpy().astype(kinds[column.type])
            for column in self.session.get_inputs()
        }
        return np.asarray(self.session.run(None, feed)[1][:, 1], dtype=float)


set_model(ServedModel())
