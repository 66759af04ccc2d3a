from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from churn.training.continuous import Situation, surprise, triggers

NOW = Situation(
    number=4,
    day=pd.Timestamp("2025-05-31"),
    since_training=3,
    trained_on=pd.DataFrame({"tenure": [1, 2, 3]}),
    today=pd.DataFrame({"tenure": [9, 9, 9]}),
    y=np.array([0] * 75 + [1] * 25),
    p=np.full(100, 0.1),
)


def test_a_schedule_counts_from_the_last_training() -> None:
    assert [triggers.every(3)(replace(NOW, since_training=n)) for n in (2, 3, 4)] == [
        False,
        True,
        True,
    ]
    assert not triggers.never(replace(NOW, since_training=100))
    with pytest.raises(ValueError, match="at least 1"):
        triggers.every(0)


def test_surprise_is_counted_in_standard_errors() -> None:
    assert surprise(NOW.y, NOW.p) == pytest.approx(15 / 3)
    assert surprise(1 - NOW.y, 1 - NOW.p) == pytest.approx(-5)
    rng = np.random.default_rng(0)
    p = rng.uniform(0, 0.3, 500)
    draws = [surprise((rng.random(500) < p).astype(np.int64), p) for _ in range(400)]
    assert abs(np.mean(draws)) < 0.2
    assert 0.85 < np.std(draws) < 1.15


def test_surprise_works_in_both_directions_and_needs_labels() -> None:
    assert triggers.surprised(4)(NOW)
    assert not triggers.surprised(6)(NOW)
    assert triggers.surprised(4)(replace(NOW, y=1 - NOW.y, p=1 - NOW.p))
    with pytest.raises(ValueError, match="must watch labels"):
        triggers.surprised()(replace(NOW, y=NOW.y[:0], p=NOW.p[:0]))


def test_data_go_to_the_detector_in_order() -> None:
    seen = []

    def changed(trained_on: pd.DataFrame, today: pd.DataFrame) -> bool:
        seen.append((trained_on, today))
        return bool(today["tenure"].mean() > trained_on["tenure"].mean())

    assert triggers.data_changed(changed)(NOW)
    assert seen == [(NOW.trained_on, NOW.today)]
    assert not triggers.data_changed(changed)(replace(NOW, today=NOW.trained_on))


def test_on_demand_means_the_month() -> None:
    asked = triggers.on_demand(["2025-05-02", "2026-05-31"])
    assert asked(NOW)
    assert not asked(replace(NOW, day=pd.Timestamp("2025-06-30")))
