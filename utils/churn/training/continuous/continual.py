"""One model that learns domain after domain: what it still knows of the earlier ones.

Throughout, ``R`` is a square array: ``R[i, j]`` is the score on domain ``j`` (higher is better)
after learning domain ``i``, the domains in the order in which they arrive.

Source: D. Lopez-Paz and M. Ranzato, "Gradient episodic memory for continual learning", NeurIPS
2017 (average accuracy, backward transfer); A. Chaudhry et al., "Riemannian walk for incremental
learning", ECCV 2018 (forgetting).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def average_accuracy(R: ArrayLike) -> float:
    """The mean over all domains of the score at the end."""
    return float(_square(R)[-1].mean())


def backward_transfer(R: ArrayLike) -> float:
    """By how much later learning changed what was learned, on average; negative: it hurt."""
    scores = _square(R)
    return float(np.mean(scores[-1, :-1] - np.diag(scores)[:-1]))


def forgetting(R: ArrayLike) -> float:
    """How far each earlier domain has fallen from its best, on average.

    Its best is taken since it was learned and before the last domain.
    """
    scores = _square(R)
    last = len(scores) - 1
    return float(np.mean([scores[j:last, j].max() - scores[-1, j] for j in range(last)]))


def _square(R: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(R, dtype=float)
    if scores.ndim != 2 or scores.shape[0] != scores.shape[1] or len(scores) < 2:
        raise ValueError(f"the scores must be a square of at least 2 domains, not {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("a score is missing: judge every domain after each step")
    return scores
