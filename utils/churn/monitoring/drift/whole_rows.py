"""Detectors for whole rows: they see a change in how columns hang together, too.

Each takes a table of numbers and categories (see :mod:`churn.monitoring.drift.encoding`) or a
two-dimensional array, and draws at most ``max_rows`` rows of reference and window each: the time
that the first takes grows with their square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

from churn.monitoring.drift.detector import Detector, DriftError, Floats
from churn.monitoring.drift.encoding import RowEncoder, as_table


@dataclass(frozen=True)
class _Rows:
    """Encoded rows, and for a reference what is worked out of them once."""

    points: Floats
    prepared: Any = None


class _WholeRows(Detector[_Rows]):
    def __init__(
        self,
        level: float = 0.05,
        min_effect: float | None = None,
        max_rows: int = 1000,
        seed: int = 0,
    ) -> None:
        super().__init__(level, min_effect)
        if max_rows < 10:
            raise DriftError(f"max_rows must be at least 10, not {max_rows}")
        self.max_rows = max_rows
        self.seed = seed
        self._encoder: RowEncoder | None = None

    def _read(self, data: Any, role: str) -> _Rows:
        table = as_table(data, role)
        if role == "reference":
            self._encoder = RowEncoder(table)
        assert self._encoder is not None
        rng = np.random.default_rng([self.seed, role == "reference"])
        if len(table) > self.max_rows:
            table = table.iloc[np.sort(rng.choice(len(table), self.max_rows, replace=False))]
        points = self._encoder.encode(table, role)
        return _Rows(points, self._prepare(points, rng) if role == "reference" else None)

    def _prepare(self, points: Floats, rng: np.random.Generator) -> Any:
        return None


class _PermutationTest(_WholeRows):
    """A statistic whose p-value comes from dealing the rows to reference and window at random."""

    def __init__(
        self,
        level: float = 0.05,
        min_effect: float | None = None,
        max_rows: int = 1000,
        seed: int = 0,
        permutations: int = 200,
    ) -> None:
        super().__init__(level, min_effect, max_rows, seed)
        if 1 / (permutations + 1) > level:
            raise DriftError(
                f"{permutations} permutations cannot give a p-value as low as the level {level:g}: "
                f"take at least {int(np.ceil(1 / level)) - 1}"
            )
        self.permutations = permutations

    def _p_value(self, found: float, permuted: Floats) -> float:
        """The rank of what was found among the permutations; itself counts as one of them."""
        return float((1 + np.sum(permuted >= found)) / (1 + len(permuted)))

    def _deals(self, reference: int, window: int) -> Floats:
        """Shape (permutations, rows): 1 where a row is dealt to the reference, else 0."""
        rng = np.random.default_rng([self.seed, 2])
        mine = np.zeros((self.permutations, reference + window))
        mine[:, :reference] = 1
        return rng.permuted(mine, axis=1)


class MaximumMeanDiscrepancy(_PermutationTest):
    """How much likelier two rows of one sample are to be near each other than rows of different ones.

    Statistic: the unbiased estimate of MMD² with a Gaussian kernel, whose width is the median
    distance within the reference. Effect: the root of MMD²/2, 0 to 1.
    Source: Gretton et al., "A kernel two-sample test", JMLR 2012.
    """

    def _prepare(self, points: Floats, rng: np.random.Generator) -> float:
        squared = cdist(points, points, "sqeuclidean")
        middle = float(np.median(squared[np.triu_indices_from(squared, k=1)]))
        return middle or 1.0

    def _compare(self, reference: _Rows, window: _Rows) -> tuple[float, float, float]:
        n, m = len(reference.points), len(window.points)
        everything = np.concatenate([reference.points, window.points])
        # exp(-d² / 2σ²) with σ² half the median squared distance, the usual heuristic.
        kernel = np.exp(-cdist(everything, everything, "sqeuclidean") / reference.prepared)
        np.fill_diagonal(kernel, 0.0)
        dealt = np.concatenate([[[1.0] * n + [0.0] * m], self._deals(n, m)])
        to_mine = dealt @ kernel
        within = (to_mine * dealt).sum(axis=1)
        across = (to_mine * (1 - dealt)).sum(axis=1)
        others = kernel.sum() - within - 2 * across
        mmd2 = within / (n * (n - 1)) + others / (m * (m - 1)) - 2 * across / (n * m)
        found = float(mmd2[0])
        return found, self._p_value(found, mmd2[1:]), float(np.sqrt(max(found, 0.0) / 2))


@dataclass(frozen=True)
class _Centers:
    """Where the difference of the densities is modelled, and the fitted form of its square."""

    squared_width: float
    points: Floats
    square: Floats
    kept: Floats


class LeastSquaresDensityDifference(_PermutationTest):
    """The squared difference of two densities, fitted without fitting either density.

    The difference is a sum of Gaussian bumps at a twentieth of the reference's rows (at least ten), which are
    then not compared. Statistic: the estimate of ∫(p − q)² up to a constant factor. Effect: its share
    in ∫p² + ∫q² by the same fit, 0 to 1.
    Source: Sugiyama et al., "Density-difference estimation", Neural Computation 2013; the choice of
    the penalty and the permutation test follow Bu, Alippi and Zhao, "A pdf-free change detection test
    based on density difference estimation", IEEE TNNLS 2018.
    """

    #: Penalties tried, from the largest, and the largest relative difference that one may make.
    PENALTIES = tuple(4.0**-power for power in range(10))
    MAX_RELATIVE_DIFFERENCE = 0.2

    def _prepare(self, points: Floats, rng: np.random.Generator) -> _Centers:
        if len(points) < 20:
            raise DriftError(f"the reference has {len(points)} rows: 20 at least are needed")
        order = rng.permutation(len(points))
        number = max(10, len(points) // 20)
        centers, kept = points[order[:number]], points[order[number:]]
        squared = cdist(points, points, "sqeuclidean")
        width = float(np.median(squared[np.triu_indices_from(squared, k=1)])) / 2 or 0.5
        overlap = np.exp(-cdist(centers, centers, "sqeuclidean") / (4 * width))
        bumps = np.exp(-cdist(kept, centers, "sqeuclidean") / (2 * width))
        halves = rng.permuted(np.arange(50 * len(kept)).reshape(50, -1) % 2, axis=1) * 2.0 - 1.0
        differences = halves @ bumps / (len(kept) / 2)
        for penalty in self.PENALTIES:
            solved = np.linalg.solve(overlap + penalty * np.eye(number), differences.T)
            linear = (differences.T * solved).sum(axis=0)
            quadratic = (solved * (overlap @ solved)).sum(axis=0)
            if np.mean(1 - quadratic / linear) < self.MAX_RELATIVE_DIFFERENCE:
                break
        else:
            raise DriftError("too many rows of the reference are equal: use MaximumMeanDiscrepancy")
        inverse = np.linalg.inv(overlap + penalty * np.eye(number))
        return _Centers(width, centers, 2 * inverse - inverse @ overlap @ inverse, bumps)

    def _compare(self, reference: _Rows, window: _Rows) -> tuple[float, float, float]:
        fit: _Centers = reference.prepared
        squared = cdist(window.points, fit.points, "sqeuclidean")
        bumps = np.concatenate([fit.kept, np.exp(-squared / (2 * fit.squared_width))])
        n, m = len(fit.kept), len(window.points)
        dealt = np.concatenate([[[1.0] * n + [0.0] * m], self._deals(n, m)])
        ours = dealt @ bumps / n
        theirs = (1 - dealt) @ bumps / m
        lsdd = (((ours - theirs) @ fit.square) * (ours - theirs)).sum(axis=1)
        found = float(lsdd[0])
        both = sum(float(one[0] @ fit.square @ one[0]) for one in (ours, theirs))
        return found, self._p_value(found, lsdd[1:]), min(1.0, max(0.0, found / both))


class TwoSampleClassifier(_WholeRows):
    """A model that learns to tell window from reference; if it can, they differ.

    It learns on one half of the rows and is asked about the other. Statistic: its ROC-AUC there.
    p-value: one-sided Kolmogorov-Smirnov test of its scores. Effect: 2·AUC − 1 where positive, 0 to 1.
    Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", ICLR 2017.

    Args:
        model: a classifier of scikit-learn with ``predict_proba``, not fitted; small boosted trees
            if left out.
    """

    def __init__(
        self,
        level: float = 0.05,
        min_effect: float | None = None,
        max_rows: int = 5000,
        seed: int = 0,
        model: ClassifierMixin | None = None,
    ) -> None:
        super().__init__(level, min_effect, max_rows, seed)
        self.model = model or HistGradientBoostingClassifier(
            max_iter=40, max_leaf_nodes=8, early_stopping=False, random_state=seed
        )

    def _compare(self, reference: _Rows, window: _Rows) -> tuple[float, float, float]:
        X = np.concatenate([reference.points, window.points])
        y = np.repeat([0, 1], [len(reference.points), len(window.points)])
        if min(len(reference.points), len(window.points)) < 4:
            raise DriftError("half of the rows is learned from: 4 rows at least are needed of each")
        X_learn, X_asked, y_learn, y_asked = train_test_split(
            X, y, test_size=0.5, stratify=y, random_state=self.seed
        )
        scores = clone(self.model).fit(X_learn, y_learn).predict_proba(X_asked)[:, 1]
        auc = float(roc_auc_score(y_asked, scores))
        old, new = scores[y_asked == 0], scores[y_asked == 1]
        # One-sided: the scores of the window are to be the higher ones.
        test = stats.ks_2samp(old, new, alternative="greater", method="asymp")
        return auc, float(test.pvalue), max(0.0, 2 * auc - 1)
