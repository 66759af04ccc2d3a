"""What happened in lab 06's feeds cannot be read from what a learner's process is given.

The feeds that count are drawn from a seed that stands in a hidden test only. A table does not say what
happened in a feed but by what is in it, and drawing feeds again needs the seed.
"""

import ast
import re

import harness
import nbformat
import numpy as np
import pandas as pd

from churn.data import load
from coursekit import paths
from coursekit.exercises import feeds

LAB = "lab06_drift_and_monitoring"
POOL = load("synthetic", n=2000, seed=1)


def secret() -> int:
    (cell,) = harness.tasks(LAB)["name_drifts"].tests
    (number,) = re.findall(r"^SEED = (0x[0-9A-F]+)$", cell.source, re.M)
    return int(number, 16)


def forms(table: pd.DataFrame) -> set[object]:
    """What can be seen of feeds without a look at their values."""
    of_each = table.groupby("feed")["month"].value_counts().unique()
    return {tuple(table.columns), tuple(map(str, table.dtypes)), tuple(of_each), len(table)} | {
        (type(table.index).__name__, tuple(table.attrs))
    }


def test_the_seed_is_long_and_stands_in_no_file_of_the_learner() -> None:
    assert secret().bit_length() >= 100
    text = f"{secret():X}"
    root = paths.course_root()
    files = [*(root / "utils").rglob("*.py"), *(root / "labs").rglob("*.ipynb")]
    files += (root / "modules").rglob("*.ipynb")
    assert len(files) > 100
    assert not [str(f) for f in files if text in f.read_text(encoding="utf-8").upper()]
    assert text in harness.notebook_path(LAB).read_text(encoding="utf-8").upper()


def test_a_released_lab_has_no_answer_that_counts() -> None:
    cells = nbformat.read(root_of_release(), 4).cells
    (test,) = (cell for cell in cells if cell.get("id") == "test_name_drifts")
    calls = [ast.unparse(n) for n in ast.walk(ast.parse(test.source)) if isinstance(n, ast.Call)]
    drawn = [call for call in calls if call.startswith("feeds.six(")]
    assert drawn == ["feeds.six(variant_rng(variant, 'lab06 feeds'), pool)"], "last year's only"


def root_of_release() -> str:
    return str(paths.course_root() / "labs" / LAB / f"{LAB}.ipynb")


def test_every_table_has_the_same_form_whatever_happened() -> None:
    seen = [feeds.six(np.random.default_rng([5, number]), POOL, rows=40) for number in range(8)]
    first = forms(seen[0].table)
    assert all(forms(one.table) == first for one in seen)
    # Where the quiet feed stands, and in which order kinds come, changes.
    assert len({tuple(t["kind"] for t in one.truth.values()) for one in seen}) >= 7


def test_another_seed_gives_other_feeds_and_the_same_one_the_same() -> None:
    mine, again, others = (
        feeds.six(np.random.default_rng([seed, 3]), POOL, rows=40)
        for seed in (secret(), secret(), secret() ^ 1)
    )
    assert mine.table.equals(again.table)
    assert mine.truth == again.truth
    assert not mine.table.equals(others.table)
