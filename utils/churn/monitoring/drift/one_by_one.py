"""A detector for values that arrive one by one."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from river.drift import ADWIN

from churn.monitoring.drift.detector import Detector, Floats, as_numbers


class AdaptiveWindow(Detector[Floats]):
    """river's ADWIN: keeps a window of past values that shrinks when its two ends differ in mean.

    The window's values are read in their order, after those of the reference, brought to 0 to 1 by
    the reference's range. Statistic: how often ADWIN saw a change in the window. Effect: how far its
    mean at the end is from the reference's, in standard deviations of the reference. There is no
    p-value: ``level`` is ADWIN's delta, which bounds false alarms rather than meeting them.
    Source: Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007.
    """

    def _read(self, data: Any, role: str) -> Floats:
        return as_numbers(data, role)

    def fit(self, reference: Any) -> AdaptiveWindow:
        """Let ADWIN read the reference."""
        super().fit(reference)
        assert self._reference is not None
        self._low, self._span = self._reference.min(), np.ptp(self._reference) or 1.0
        self._adwin = ADWIN(delta=self.level)
        for value in (self._reference - self._low) / self._span:
            self._adwin.update(float(value))
        return self

    def _compare(self, reference: Floats, window: Floats) -> tuple[float, None, float]:
        adwin, alarms = copy.deepcopy(self._adwin), 0
        for value in (window - self._low) / self._span:
            adwin.update(float(value))
            alarms += adwin.drift_detected
        mean = adwin.estimation * self._span + self._low
        return float(alarms), None, float(abs(mean - reference.mean()) / (reference.std() or 1.0))

    def _surprising(self, statistic: float, p_value: float | None) -> bool:
        return statistic > 0
