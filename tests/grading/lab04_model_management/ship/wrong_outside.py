"""The code reads a file in the workspace that the next package overwrites."""

my_package = None


def model_code():
    text = """
import json

import numpy as np
import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel


class ScoreCard(PythonModel):
    def load_context(self, context):
        with open("CARD", encoding="utf-8") as file:
            self.card = json.load(file)

    def predict(self, context, model_input: pd.DataFrame, params=None):
        threshold = params["threshold"]
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")
        weights = self.card["weights"]
        values = model_input[list(weights)].fillna(0.0).to_numpy(dtype=float)
        z = self.card["intercept"] + values @ np.array(list(weights.values()))
        p = 1 / (1 + np.exp(-z))
        return pd.DataFrame({"probability": p, "contact": p >= threshold}, index=model_input.index)


set_model(ScoreCard())
"""
    return text.replace("CARD", str(workspace / "card.json"))


def ship(name, card, examples, threshold):
    folder = workspace / "models" / name
    if folder.exists():
        raise ValueError(f"{name} is there already")
    names = list(card["weights"])
    outputs = Schema([ColSpec("double", "probability"), ColSpec("boolean", "contact")])
    with tempfile.TemporaryDirectory() as scratch:
        code, data = Path(scratch, "score_card.py"), workspace / "card.json"
        code.write_text(model_code(), encoding="utf-8")
        data.write_text(json.dumps(card), encoding="utf-8")
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=str(code),
            artifacts={"card": str(data)},
            signature=ModelSignature(
                inputs=Schema([ColSpec("double", column) for column in names]),
                outputs=outputs,
                params=ParamSchema([ParamSpec("threshold", DataType.double, threshold)]),
            ),
            input_example=examples[names].head(2),
            pip_requirements=[f"{p}=={installed(p)}" for p in ("mlflow", "numpy", "pandas")],
        )
    return str(folder)


def served(folder, customers, params=None):
    """What the package answers; params such as {"threshold": 0.4}."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = shutil.copytree(folder, f"{scratch}/model")
        return mlflow.pyfunc.load_model(copy).predict(customers, params=params)


shutil.rmtree(workspace / "models" / "mine", ignore_errors=True)
my_numbers = customers[["tenure", "MonthlyCharges", "TotalCharges"]].astype(float)
my_package = ship("mine", my_card, my_numbers, my_threshold)
