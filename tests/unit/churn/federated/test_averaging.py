"""Federated averaging is gradient descent where it should be, and what it is made of keeps to itself."""

import numpy as np
import pandas as pd
import pytest

from churn import data, schema
from churn.features import xy
from churn.federated import (
    RATE,
    REGIONS,
    SCALES,
    Region,
    design,
    draw_regions,
    fedavg,
    local_steps,
    names,
    scores,
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return data.load("synthetic", n=2000, seed=3)


@pytest.fixture(scope="module")
def regions(table: pd.DataFrame) -> dict[str, Region]:
    lives = draw_regions(table, seed=0)
    return {name: Region(design(part), xy(part)[1]) for name, part in table.groupby(lives)}


def together(regions: dict[str, Region]) -> Region:
    return Region(*(np.concatenate(part) for part in zip(*regions.values(), strict=True)))


def gradient(weights: np.ndarray, region: Region) -> np.ndarray:
    """Of the mean log loss, by differences."""

    def loss(w: np.ndarray) -> float:
        p = scores(w, region.X)
        return float(-np.mean(np.where(region.y == 1, np.log(p), np.log1p(-p))))

    tiny = 1e-6 * np.eye(len(weights))
    return np.array([(loss(weights + d) - loss(weights - d)) / 2e-6 for d in tiny])


def test_the_columns_are_those_of_every_region(table: pd.DataFrame) -> None:
    X = design(table)
    assert X.shape == (2000, len(names())) == (2000, 1 + 3 + 43)
    frame = pd.DataFrame(X, columns=names())
    assert (frame["constant"] == 1).all()
    middle, width = SCALES["tenure"]
    assert np.allclose(frame["tenure"] * width + middle, table["tenure"])
    assert (frame["Contract=Two year"] == (table["Contract"] == "Two year")).all()
    per_category = [frame.filter(like=f"{c}=").sum(axis=1).eq(1).all() for c in schema.CATEGORICAL]
    assert all(per_category)
    # A row's numbers do not depend on who else is there.
    assert np.array_equal(design(table.iloc[[7]])[0], X[7])
    new = table.iloc[[0]].assign(tenure=0, TotalCharges=np.nan)
    assert np.isfinite(design(new)).all()


def test_a_step_follows_the_gradient(regions: dict[str, Region]) -> None:
    own = regions["East"]
    weights = np.random.default_rng(0).normal(0, 0.1, len(names()))
    before = weights.copy()
    step = (weights - local_steps(weights, own, steps=1)) / RATE
    assert np.allclose(step, gradient(weights, own), atol=1e-7)
    assert np.array_equal(weights, before), "the common weights are left alone"
    two = local_steps(local_steps(weights, own, 1), own, 1)
    assert np.array_equal(local_steps(weights, own, 2), two)
    assert np.array_equal(local_steps(weights, own, 0), weights)


def test_one_step_a_round_is_central_training_and_more_are_not(regions: dict[str, Region]) -> None:
    central = fedavg([together(regions)], rounds=1, steps=60)
    assert np.allclose(fedavg(list(regions.values()), 60, 1), central, atol=1e-12)
    assert np.allclose(fedavg([together(regions)], rounds=6, steps=10), central, atol=1e-12)
    apart = np.abs(fedavg(list(regions.values()), 3, 20) - central).max()
    assert 1e-3 < apart < 0.1
    # It is by customers that a region counts.
    twice = [*regions.values(), regions["North"]]
    assert np.abs(fedavg(twice, 60, 1) - central).max() > 1e-3


def test_steps_of_this_length_lower_the_loss_in_every_region(regions: dict[str, Region]) -> None:
    for own in (*regions.values(), together(regions)):
        bend = np.linalg.eigvalsh(own.X.T @ own.X / len(own.y))[-1] / 4
        assert bend * RATE < 2


def test_regions_are_drawn_by_the_kind_of_internet() -> None:
    table = data.load("synthetic", n=20_000, seed=5)
    lives = draw_regions(table, seed=1)
    assert set(lives) == set(REGIONS)
    assert lives.equals(draw_regions(table, seed=1))
    assert not lives.equals(draw_regions(table, seed=2))
    odd = table.set_index(table.index + 10)
    assert draw_regions(odd, seed=1).index.equals(odd.index)
    for kind in ("Fiber optic", "DSL", "No"):
        found = lives[table["InternetService"] == kind].value_counts(normalize=True)
        for name, shares in REGIONS.items():
            assert found.get(name, 0) == pytest.approx(shares[kind], abs=0.02), (name, kind)
        assert sum(shares[kind] for shares in REGIONS.values()) == pytest.approx(1)
