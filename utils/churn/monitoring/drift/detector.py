"""What every detector of drift has in common: fit on a reference, score a window, a verdict."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class DriftError(ValueError):
    """Data that a detector cannot judge; the message says what to do."""


@dataclass(frozen=True)
class Verdict:
    """What a detector says of one window.

    Attributes:
        statistic: the detector's own measure of the difference; see its class.
        p_value: how often windows without drift look at least as different; None for detectors
            that have no such notion.
        effect: how large the difference is, whatever the number of rows: 0 for none, and for all
            but PSI and ADWIN at most 1.
        drift: whether the p-value is at most the level, and the effect at least its minimum.
    """

    statistic: float
    p_value: float | None
    effect: float
    drift: bool


class Detector[Data](ABC):
    """One way of telling whether a window of data looks like a reference.

        detector = KolmogorovSmirnov(level=0.01).fit(january["tenure"])
        detector.score(february["tenure"]).drift

    A detector remembers its reference and nothing of the windows: scoring in another order changes
    nothing. What is random (permutations, splits) is drawn anew from ``seed`` in each ``score``.

    Args:
        level: of windows without drift, this share is called drift at most.
        min_effect: the smallest effect that matters. With many rows any difference is
            significant; this is what keeps a detector from crying about all of them.

    Raises:
        DriftError: on data that it cannot judge, in ``fit`` and in ``score``.
    """

    #: The smallest effect that counts when none is given.
    MIN_EFFECT: ClassVar[float] = 0.0

    def __init__(self, level: float = 0.05, min_effect: float | None = None) -> None:
        if not 0 < level < 1:
            raise DriftError(f"level must lie between 0 and 1, not {level}")
        self.level = level
        self.min_effect = self.MIN_EFFECT if min_effect is None else min_effect
        if self.min_effect < 0:
            raise DriftError(f"min_effect cannot be negative, and {min_effect} is")
        self._reference: Data | None = None

    def fit(self, reference: Any) -> Self:
        """Remember what data look like without drift; returns the detector itself."""
        self._reference = self._read(reference, "reference")
        return self

    def score(self, window: Any) -> Verdict:
        """Compare a window with the reference."""
        if self._reference is None:
            raise DriftError(f"{type(self).__name__} has no reference yet: call fit first")
        statistic, p_value, effect = self._compare(self._reference, self._read(window, "window"))
        drift = self._surprising(statistic, p_value) and effect >= self.min_effect
        return Verdict(statistic, p_value, effect, bool(drift))

    def _surprising(self, statistic: float, p_value: float | None) -> bool:
        """Whether chance alone would hardly do this; how much it matters is the effect's question."""
        return p_value is None or p_value <= self.level

    @abstractmethod
    def _read(self, data: Any, role: str) -> Data:
        """Check ``data`` and bring them into the form in which they are compared."""

    @abstractmethod
    def _compare(self, reference: Data, window: Data) -> tuple[float, float | None, float]:
        """Statistic, p-value and effect."""


def as_numbers(data: Any, role: str) -> Floats:
    """One column of finite numbers, shape (n,), n >= 1; else a :class:`DriftError`."""
    name = f"{role} {data.name!r}" if getattr(data, "name", None) else role
    try:
        values = np.asarray(data, dtype=float)
    except (TypeError, ValueError) as error:
        raise DriftError(f"the {name} is no column of numbers: use ChiSquared") from error
    if values.ndim != 1:
        raise DriftError(f"the {name} must be one column, not an array of shape {values.shape}")
    if len(values) == 0:
        raise DriftError(f"the {name} is empty: there is nothing to compare")
    if missing := int(np.isnan(values).sum()):
        raise DriftError(
            f"the {name} has {missing:,} missing value(s): leave them out here, and watch their "
            "share on its own"
        )
    if not np.isfinite(values).all():
        raise DriftError(f"the {name} holds an infinite value: mend it before looking for drift")
    return values


def as_categories(data: Any, role: str) -> pd.Series:
    """One column of categories as text; a missing value is a category of its own."""
    values = pd.Series(data).reset_index(drop=True)
    if values.empty:
        raise DriftError(f"the {role} is empty: there is nothing to compare")
    return values.astype(object).where(values.notna(), "(missing)").astype(str)
