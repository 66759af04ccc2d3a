"""Continuum reads the stream of regions as we do, and its figures are held against ours."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from churn import data, federated
from churn.features import xy
from churn.training.continuous import forgetting
from coursekit.environment import known, tools

pytestmark = pytest.mark.needs("continuum")

SCRIPT = Path(__file__).with_name("continuum_scenarios.py")
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def asked() -> Arrays:
    """The customers in the order of the table, so that a region's rows lie scattered."""
    table = data.load("synthetic", n=1000, seed=3)
    lives = federated.draw_regions(table, seed=3)
    y = xy(table)[1]
    rng = np.random.default_rng(3)
    return {
        "X": np.column_stack([np.arange(len(y)), federated.design(table)]),
        "y": y,
        "t": lives.map({name: i for i, name in enumerate(federated.REGIONS)}).to_numpy(),
        # What five models might say, the later ones less often right.
        "predictions": np.array([y ^ (rng.random(len(y)) < wrong / 10) for wrong in range(1, 6)]),
    }


@pytest.fixture(scope="module")
def answer(asked: Arrays, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("continuum")
    np.savez(folder / "request.npz", **asked)  # type: ignore[arg-type]
    command = [str(tools.require("continuum")), str(SCRIPT), "request.npz", "answer.json"]
    environment = known.environment({"MPLBACKEND": "agg"})  # a kernel's is not installed there
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    return found


def test_the_domains_are_our_regions_row_by_row(asked: Arrays, answer: dict[str, Any]) -> None:
    ours = [np.flatnonzero(asked["t"] == region).tolist() for region in range(5)]
    assert answer["tasks"]["domain"] == ours
    assert all(ours), "a region is empty"


def test_the_classes_come_one_after_the_other(asked: Arrays, answer: dict[str, Any]) -> None:
    ours = [np.flatnonzero(asked["y"] == label).tolist() for label in (0, 1)]
    assert answer["tasks"]["class"] == ours


def test_the_instances_are_dealt_out_by_class_and_know_no_region(
    asked: Arrays, answer: dict[str, Any]
) -> None:
    tasks = answer["tasks"]["instance"]
    assert len(tasks) == 5
    assert sorted(row for task in tasks for row in task) == list(range(len(asked["y"])))
    for label in (0, 1):
        each = (asked["y"] == label).sum() // 5
        counts = [(asked["y"][task] == label).sum() for task in tasks]
        assert counts[1:] == [each] * 4  # what is left over goes to the first task
        assert each <= counts[0] < each + 5
    assert tasks != answer["tasks"]["domain"]
    assert all(len(set(asked["t"][task])) == 5 for task in tasks)


def test_its_forgetting_leaves_out_the_last_but_one_region(
    asked: Arrays, answer: dict[str, Any]
) -> None:
    """The lesson says so; a release in which it is mended makes this red, and the lesson wrong."""
    right = asked["predictions"] == asked["y"]
    R = np.array([[row[asked["t"] == region].mean() for region in range(5)] for row in right])
    assert np.array(answer["right"]) == pytest.approx(R)
    short = sum(R[j:3, j].max() - R[4, j] for j in range(3)) / 4
    assert answer["forgetting"] == pytest.approx(short)
    assert abs(answer["forgetting"] - forgetting(R)) > 0.01
