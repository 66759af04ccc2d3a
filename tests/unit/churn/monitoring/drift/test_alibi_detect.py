"""alibi-detect judges the course's detectors: same windows, same p-values.

It also runs each row of the lecture's table of detectors once on the telco, in its own environment.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from churn import data, features, training
from churn.monitoring import drift
from coursekit.environment import known, tools

pytestmark = pytest.mark.needs("alibi-detect")

SCRIPT = Path(__file__).with_name("thirteen_rows.py")
ROWS, PERMUTATIONS, SEEDS = 200, 200, range(6)
NUMBERS = ["MonthlyCharges", "tenure", "TotalCharges"]
Answer = dict[str, dict[str, list[float]]]


def parts(table: pd.DataFrame, scores: Any) -> dict[str, Any]:
    """What the script reads; ``raw`` is what the course's own detectors make points of."""
    numbers = table[NUMBERS].fillna(0.0) / [30, 24, 2000]
    contract = pd.Categorical(table["Contract"]).codes.astype(float)
    return {
        "numbers": numbers.to_numpy(),
        "yes_no": (table[["Partner", "PhoneService"]] == "Yes").astype(float).to_numpy(),
        "category": contract[:, None],
        "score": scores,
        "raw": np.column_stack([numbers, scores]),
        "context": numbers["tenure"].to_numpy(),
    }


@pytest.fixture(scope="module")
def asked() -> dict[str, dict[str, Any]]:
    """A reference and three windows: quiet, all bills a fifth higher, newer customers."""
    customers = data.load("synthetic", n=4000, seed=11)
    model = training.make_model("logistic").fit(*features.xy(customers[:1000]))
    rest = customers[1000:].reset_index(drop=True)
    raised = rest[400:600].assign(
        MonthlyCharges=rest["MonthlyCharges"] * 1.2, TotalCharges=rest["TotalCharges"] * 1.2
    )
    newer = rest[600:].query("tenure <= 24")[:ROWS]
    tables = {"reference": rest[:200], "quiet": rest[200:400], "raised": raised, "newer": newer}
    asked = {
        name: parts(table, model.predict_proba(features.features(table))[:, 1])
        for name, table in tables.items()
    }
    mean, spread = (getattr(asked["reference"]["raw"], of)(axis=0) for of in ("mean", "std"))
    # alibi-detect's MMD takes points as they are; the course's brings numbers to one scale first.
    return {name: {**part, "points": (part["raw"] - mean) / spread} for name, part in asked.items()}


@pytest.fixture(scope="module")
def judged(asked: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("alibi")
    as_lists = {
        name: {key: values.tolist() for key, values in part.items()} for name, part in asked.items()
    }
    request = {
        "reference": as_lists.pop("reference"),
        "windows": as_lists,
        "permutations": PERMUTATIONS,
        "seeds": list(SEEDS),
    }
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    command = [str(tools.require("alibi-detect")), str(SCRIPT), "request.json", "answer.json"]
    done = subprocess.run(
        command, cwd=folder, env=known.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: Answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    return answer


def ours(detector: Any, old: Any, windows: dict[str, Any]) -> dict[str, float]:
    detector.fit(old)
    return {name: float(detector.score(new).p_value) for name, new in windows.items()}


WINDOWS = ("quiet", "raised", "newer")


def test_all_thirteen_rows_ran_and_those_that_look_at_bills_see_that_they_rose(
    judged: Answer,
) -> None:
    assert len(judged) == 13
    for row, by_window in judged.items():
        for window, values in by_window.items():
            assert values, (row, window)
            assert all(0 <= value <= 1 for value in values), (row, window)
    for row in ("Kolmogorov-Smirnov", "Cramér-von Mises", "Mixed-type tabular data"):
        assert min(judged[row]["raised"]) < 0.01 < min(judged[row]["quiet"])
    # Newer customers: another mix. Given how long each has been there, they are as they were.
    assert np.mean(judged["Maximum mean discrepancy"]["newer"]) < 0.01
    assert judged["Context-aware MMD"]["newer"][0] > 0.05


@pytest.mark.parametrize(
    ("row", "part", "make"),
    [
        ("Kolmogorov-Smirnov", "numbers", drift.KolmogorovSmirnov),
        ("Cramér-von Mises", "numbers", drift.CramerVonMises),
        ("Fisher's exact test", "yes_no", drift.Fisher),
        ("Chi-squared", "category", drift.ChiSquared),
    ],
)
def test_a_column_has_the_same_p_value(
    row: str, part: str, make: Any, asked: dict[str, dict[str, Any]], judged: Answer
) -> None:
    for window in WINDOWS:
        old, new = (
            np.asarray(asked[name][part], dtype=np.float32) for name in ("reference", window)
        )
        for column, theirs in enumerate(judged[row][window]):
            found = make().fit(old[:, column]).score(new[:, column]).p_value
            assert found == pytest.approx(theirs, rel=1e-4, abs=1e-7), (window, column)


def test_a_table_has_the_same_p_values(asked: dict[str, dict[str, Any]], judged: Answer) -> None:
    frames = {
        name: pd.DataFrame(np.column_stack([part["numbers"], part["category"]]).astype(np.float32))
        for name, part in asked.items()
    }
    for window in WINDOWS:
        found = drift.compare_columns(frames["reference"], frames[window], correction="none")
        in_order = found["p_value"].loc[["0", "1", "2", "3"]].to_numpy()
        assert in_order == pytest.approx(
            judged["Mixed-type tabular data"][window], rel=1e-4, abs=1e-7
        )


def test_the_models_uncertainty_has_the_same_p_value(
    asked: dict[str, dict[str, Any]], judged: Answer
) -> None:
    windows = {name: asked[name]["score"] for name in WINDOWS}
    found = ours(drift.ClassifierUncertainty(lambda p: p), asked["reference"]["score"], windows)
    for window, value in found.items():
        assert value == pytest.approx(judged["Classifier uncertainty"][window][0], abs=0.01)


@pytest.mark.parametrize(
    ("row", "make"),
    [
        (
            "Maximum mean discrepancy",
            lambda seed: drift.MaximumMeanDiscrepancy(seed=seed, permutations=PERMUTATIONS),
        ),
        (
            "Least-squares density difference",
            lambda seed: drift.LeastSquaresDensityDifference(seed=seed, permutations=PERMUTATIONS),
        ),
        (
            "Classifier",
            lambda seed: drift.TwoSampleClassifier(seed=seed, model=LogisticRegression()),
        ),
    ],
)
def test_what_is_random_agrees_within_monte_carlo_error(
    row: str, make: Any, asked: dict[str, dict[str, Any]], judged: Answer
) -> None:
    windows = {name: asked[name]["raw"] for name in WINDOWS}
    each = [ours(make(seed), asked["reference"]["raw"], windows) for seed in SEEDS]
    mine = {window: np.array([found[window] for found in each]) for window in WINDOWS}
    theirs = {window: np.array(judged[row][window]) for window in WINDOWS}
    for window in WINDOWS:
        assert agree(mine[window], theirs[window]), (window, mine[window], theirs[window])
    # Another window is told apart.
    assert not agree(mine["newer"], theirs["quiet"])


def agree(mine: Any, theirs: Any) -> bool:
    error = np.sqrt((mine.var(ddof=1) + theirs.var(ddof=1)) / len(SEEDS))
    return bool(abs(mine.mean() - theirs.mean()) <= 4 * error + 2 / PERMUTATIONS)
