"""Tests are counted where they stand, and the table that a lesson shows is near the count."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coursekit import paths
from coursekit.readiness import pyramid

ROOT = paths.course_root()


def test_what_pytest_collects_is_counted() -> None:
    source = """
import pytest
class TestA:
    def test_b(self): ...
    def helper(self): ...
@pytest.mark.parametrize("x", [1, 2])
def test_c(x): ...
async def test_d(): ...
def helper():
    def test_not_this(): ...
"""
    assert pyramid.test_functions(source) == ["test_b", "test_c", "test_d"]


def test_the_place_says_what_is_tested() -> None:
    kinds = {
        "unit/churn/data/test_origin.py": "data",
        "unit/churn/test_schema.py": "data",
        "unit/churn/registry/test_gates.py": "model",
        "unit/churn/serving/test_app.py": "code",
        "unit/coursekit/test_checks.py": "code",
        "integration/test_registry_servers.py": "model",
        "integration/test_micro_batches.py": "data",
        "integration/test_cli.py": "code",
        "notebooks/test_labs.py": "code",
    }
    assert {name: pyramid.kind(Path(name)) for name in kinds} == kinds


def test_a_small_course_is_counted(tmp_path: Path) -> None:
    for name, text in {
        "tests/unit/churn/data/test_a.py": "def test_1(): ...\ndef test_2(): ...\n",
        "tests/integration/test_cli.py": "def test_3(): ...\n",
        "modules/02_model_management/01_a.ipynb": "{}",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = pyramid.count(tmp_path)
    assert found.to_dict("index") == {
        "whole system": {"code": 0, "data": 0, "model": 1},
        "parts together": {"code": 1, "data": 0, "model": 0},
        "one part": {"code": 0, "data": 2, "model": 0},
    }


def test_the_lessons_table_is_near_what_is_counted_and_carries_its_sentences() -> None:
    shown = pd.read_csv(ROOT / "datasets/measured/tests.csv", comment="#", index_col="layer")
    counted = pyramid.count(ROOT)
    assert pyramid.strayed(shown, counted) == [], "run python benchmarks/pyramid.py --write"
    for table in (shown, counted):
        # The lesson says of each kind that most of its tests take one part, and few the whole.
        assert (table.loc["one part"] > 5 * table.loc["whole system"]).all()
    assert pyramid.strayed(shown * 2, counted)
    assert pyramid.strayed(shown // 2, counted)
