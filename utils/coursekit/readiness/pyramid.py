"""Counting tests: by what they look at (code, data, model) and by how much of the system they take.

A test that takes more of the system is slower and says less about where a fault is, so there should
be fewer of them the further up they stand. For machine learning there are three such pyramids, side by
side. Where a file of tests stands says in which one it counts: this course keeps its tests beside the
packages that they test.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas as pd

KINDS = ("code", "data", "model")
#: From the top down, and the folders of tests that belong to each.
LAYERS = {
    "whole system": ("notebooks", "grading"),
    "parts together": ("integration",),
    "one part": ("unit",),
}
#: Parts of the company that are about data or models; all else is code.
_PARTS = {
    "data": ("data", "simulator", "schema", "features", "labels", "calibration", "spark", "micro"),
    "model": ("training", "metrics", "registry", "monitoring", "federated", "edge", "experiments"),
}
#: Lessons are executed and compared with what they printed: tests of the whole system, by module.
_MODULES = {"01": "data", "02": "model", "04": "model"}
#: How far a count may lie from the table that the lesson shows before that is made anew.
STRAY = 1.5


def test_functions(source: str) -> list[str]:
    """The names of the test functions in a Python file, as pytest collects them.

    Each counts once, with however many parameters it runs.
    """
    names: list[str] = []
    for node in ast.parse(source).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        names += [
            one.name
            for one in inside
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
            and one.name.startswith("test_")
        ]
    return names


test_functions.__test__ = False  # type: ignore[attr-defined]  # it is no test itself


def kind(file: Path) -> str:
    """What a file of tests looks at, by its place below ``tests/``."""
    parts = file.with_suffix("").parts
    if "churn" in parts:
        words = [parts[parts.index("churn") + 1].removeprefix("test_")]
    elif parts[0] == "integration":
        words = parts[-1].split("_")
    else:
        return "code"
    return next((name for name, of in _PARTS.items() if set(words) & set(of)), "code")


def count(root: Path) -> pd.DataFrame:
    """The tests of a course: a row for each layer from the top, a column for each kind.

    A test function counts once, however many parameters it runs with, and so does a lesson.
    """
    found = {layer: dict.fromkeys(KINDS, 0) for layer in LAYERS}
    tests = root / "tests"
    for layer, folders in LAYERS.items():
        for folder in folders:
            for file in sorted((tests / folder).rglob("test_*.py")):
                named = test_functions(file.read_text(encoding="utf-8"))
                found[layer][kind(file.relative_to(tests))] += len(named)
    for lesson in (root / "modules").glob("*/*.ipynb"):
        found["whole system"][_MODULES.get(lesson.parent.name[:2], "code")] += 1
    return pd.DataFrame.from_dict(found, orient="index", columns=list(KINDS)).rename_axis("layer")


def strayed(shown: pd.DataFrame, counted: pd.DataFrame) -> list[str]:
    """The cells of a table that is shown which are too far from what was counted since."""
    seen, now = shown.to_dict("index"), counted.to_dict("index")
    return [
        f"{layer}, {name}: {number} shown, {now[layer][name]} counted"
        for layer, numbers in seen.items()
        for name, number in numbers.items()
        if not 1 / STRAY <= number / max(now[layer][name], 1) <= STRAY
    ]


def draw(axes: Any, counts: pd.Series, title: str) -> None:
    """Draw one kind's counts as a pyramid: bars around a middle line, one for each layer."""
    axes.barh(range(len(counts)), counts, left=-counts / 2, color="lightsteelblue")
    for place, number in enumerate(counts):
        axes.text(0, place, f"{number:,}", ha="center", va="center")
    axes.set_yticks(range(len(counts)), counts.index)
    axes.set(xticks=[], title=title)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
