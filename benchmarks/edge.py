"""Parity and speed of the ONNX file, and what quantising costs, over many simulated customers.

python benchmarks/edge.py                    # a million customers, in pieces of 100 thousand
python benchmarks/edge.py --rows 200000
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from churn import data, features, schema, training
from churn.metrics import Campaign

PART = 100_000
TYPES = {"object": StringTensorType, "int64": Int64TensorType, "float64": FloatTensorType}
Score = Callable[[pd.DataFrame], NDArray[np.float64]]


def export(pipeline: Pipeline, file: Path) -> Path:
    """The pipeline as an ONNX file."""
    inputs = [(name, TYPES[schema.dtypes()[name]]([None, 1])) for name in schema.FEATURES]
    graph = to_onnx(pipeline, initial_types=inputs, options={id(pipeline): {"zipmap": False}})
    file.write_bytes(graph.SerializeToString())
    return file


def by_onnx(file: Path) -> Score:
    """The probabilities that ONNX Runtime computes from a file, on one thread as scikit-learn."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options)
    kinds = {"tensor(string)": object, "tensor(int64)": np.int64, "tensor(float)": np.float32}

    def score(X: pd.DataFrame) -> NDArray[np.float64]:
        feed = {i.name: X[[i.name]].to_numpy(kinds[i.type]) for i in session.get_inputs()}
        return np.asarray(session.run(["probabilities"], feed)[0][:, 1], dtype=float)

    return score


def by_sklearn(pipeline: Pipeline) -> Score:
    return lambda X: np.asarray(pipeline.predict_proba(X)[:, 1])


def engines(folder: Path) -> dict[str, tuple[Score, str, float]]:
    """Each engine: how it scores, with whom it is compared, kilobytes of its file (0: none)."""
    X, y = features.xy(data.load("synthetic", seed=0))
    logistic = training.make_model("logistic").fit(X, y)
    network = make_pipeline(
        features.one_hot(), MLPClassifier((128, 64), alpha=0.01, max_iter=8, random_state=0)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early, so as not to overfit
        network.fit(X, y)
    files = [export(logistic, folder / "logistic.onnx"), export(network, folder / "network.onnx")]
    files.append(folder / "small.onnx")
    logging.getLogger().setLevel(logging.ERROR)  # the advice to simplify the graph first
    quantize_dynamic(files[1], files[2], weight_type=QuantType.QInt8)
    sizes = [file.stat().st_size / 1000 for file in files]
    return {
        "logistic, sklearn": (by_sklearn(logistic), "logistic, sklearn", 0),
        "logistic, ONNX": (by_onnx(files[0]), "logistic, sklearn", sizes[0]),
        "network, sklearn": (by_sklearn(network), "network, sklearn", 0),
        "network, ONNX": (by_onnx(files[1]), "network, sklearn", sizes[1]),
        "network, 8 bits": (by_onnx(files[2]), "network, sklearn", sizes[2]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    threshold = Campaign().break_even
    with tempfile.TemporaryDirectory() as folder:
        compared = engines(Path(folder))
        seconds = dict.fromkeys(compared, 0.0)
        scores: dict[str, list[NDArray[np.float64]]] = {name: [] for name in compared}
        labels = []
        # Piece by piece and engine by engine in turn, so that a busy machine slows all alike.
        for part in range(-(-rows // PART)):
            X, y = features.xy(
                data.load("synthetic", n=min(PART, rows - part * PART), seed=100 + part)
            )
            labels.append(y)
            for name, (score, _, _) in compared.items():
                start = time.process_time()
                scores[name].append(score(X))
                seconds[name] += time.process_time() - start
    y = np.concatenate(labels)
    whole = {name: np.concatenate(found) for name, found in scores.items()}
    print(f"{len(y):,} customers; CPU time against scikit-learn with the same model")
    for name, (_, other, size) in compared.items():
        apart = np.abs(whole[name] - whole[other])
        changed = ((whole[name] >= threshold) != (whole[other] >= threshold)).sum()
        print(
            f"{name:18} {len(y) / seconds[name]:>11,.0f} rows/CPU s"
            f"  {seconds[other] / seconds[name]:5.1f} x  {size:5.1f} kB"
            f"  AUC {roc_auc_score(y, whole[name]):.5f}  apart {apart.max():.1e}"
            f"  decisions changed {changed:,}"
        )


if __name__ == "__main__":
    main()
