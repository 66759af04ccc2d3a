"""The thirteen rows of the lecture's table of detectors, run by alibi-detect in its own environment.

    PYTHON_OF_ALIBI_DETECT thirteen_rows.py REQUEST.json ANSWER.json

The request holds ``reference`` and ``windows`` (by name), each with ``numbers`` (n rows, to scale),
``yes_no`` (0 and 1), ``category`` (0, 1, 2), ``score`` (a model's probability), ``points`` (all as
numbers) and ``context`` (one number a row); and ``permutations`` and ``seeds``. The answer holds, by
row of the table and window, the p-values: of each column, or of each seed where a run is random.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from alibi_detect import cd
from alibi_detect.cd import _domain_clf
from alibi_detect.utils.pytorch import DeepKernel
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
torch.set_num_threads(1)

Part = dict[str, Any]


def calibrated(fitted: Any, method: str, cv: str) -> CalibratedClassifierCV:
    """What alibi-detect 0.13 means by ``cv="prefit"``, which scikit-learn gave up in 1.8."""
    assert cv == "prefit"
    return CalibratedClassifierCV(FrozenEstimator(fitted), method=method)


_domain_clf.CalibratedClassifierCV = calibrated


def arrays(part: dict[str, list[Any]]) -> Part:
    return {name: np.asarray(values, dtype=np.float32) for name, values in part.items()}


def rows(reference: Part, permutations: int) -> dict[str, tuple[str, bool, Callable[[], Any]]]:
    """By name: what it looks at, whether a run is random, and how it is made."""
    points, numbers = reference["points"], reference["numbers"]
    width = points.shape[1]
    rng = np.random.default_rng(0)
    half = [rng.integers(0, len(points), len(points)) for _ in range(5)]
    # The bill from all else, by five regressions that have seen different customers.
    ensemble = [LinearRegression().fit(points[i, 1:], points[i, 0]) for i in half]
    layers = torch.nn.Sequential(torch.nn.Linear(width, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4))
    mixed = np.column_stack([numbers, reference["category"]])
    return {
        "Kolmogorov-Smirnov": ("numbers", False, lambda: cd.KSDrift(numbers)),
        "Cramér-von Mises": ("numbers", False, lambda: cd.CVMDrift(numbers)),
        "Fisher's exact test": (
            "yes_no",
            False,
            lambda: cd.FETDrift(reference["yes_no"], alternative="two-sided"),
        ),
        "Maximum mean discrepancy": (
            "points",
            True,
            lambda: cd.MMDDrift(points, backend="pytorch", n_permutations=permutations),
        ),
        "Learned kernel MMD": (
            "points",
            True,
            lambda: cd.LearnedKernelDrift(
                points, DeepKernel(layers), backend="pytorch", epochs=1, n_permutations=50
            ),
        ),
        "Context-aware MMD": (
            "points",
            True,
            lambda: cd.ContextMMDDrift(
                points, reference["context"][:, None], backend="pytorch", n_permutations=50
            ),
        ),
        "Least-squares density difference": (
            "points",
            True,
            lambda: cd.LSDDDrift(points, backend="pytorch", n_permutations=permutations),
        ),
        "Chi-squared": ("category", False, lambda: cd.ChiSquareDrift(reference["category"])),
        "Mixed-type tabular data": (
            "mixed",
            False,
            lambda: cd.TabularDrift(mixed, categories_per_feature={numbers.shape[1]: None}),
        ),
        "Classifier": (
            "points",
            True,
            lambda: cd.ClassifierDrift(
                points, LogisticRegression(), backend="sklearn", train_size=0.5,
                seed=int(np.random.randint(2**31)),
            ),
        ),
        "Spot-the-diff": (
            "points",
            True,
            lambda: cd.SpotTheDiffDrift(points, backend="pytorch", epochs=3),
        ),
        "Classifier uncertainty": (
            "score",
            False,
            lambda: cd.ClassifierUncertaintyDrift(
                reference["score"], lambda p: np.column_stack([1 - p, p])
            ),
        ),
        "Regressor uncertainty": (
            "points",
            False,
            lambda: cd.RegressorUncertaintyDrift(
                points,
                lambda x: np.column_stack([one.predict(x[:, 1:]) for one in ensemble]),
                uncertainty_type="ensemble",
            ),
        ),
    }  # fmt: skip


#: Rows that are compared with the course's own detectors run with every seed, the others once.
COMPARED = ("Maximum mean discrepancy", "Least-squares density difference", "Classifier")


def main(request: Path, answer: Path) -> None:
    asked = json.loads(request.read_text(encoding="utf-8"))
    reference = arrays(asked["reference"])
    windows = {name: arrays(part) for name, part in asked["windows"].items()}
    found: dict[str, dict[str, list[float]]] = {}
    for name, (part, random, make) in rows(reference, asked["permutations"]).items():
        found[name] = {window: [] for window in windows}
        seeds = asked["seeds"] if name in COMPARED else [0]
        for seed in seeds if random else [0]:
            torch.manual_seed(seed)
            np.random.seed(seed)
            detector = make()
            for window, data in windows.items():
                data["mixed"] = np.column_stack([data["numbers"], data["category"]])
                more = (data["context"][:, None],) if name.startswith("Context") else ()
                p_values = detector.predict(data[part], *more)["data"]["p_val"]
                found[name][window] += np.atleast_1d(p_values).astype(float).tolist()
    answer.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
