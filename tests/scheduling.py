"""How pytest-xdist deals tests out (``--dist loadfile``): in units, those that take long first.

A unit goes to one process, one after the other: the tests of a file, which may share what is made
once, or the cells of a notebook, which share a kernel. Files that run notebooks for minutes are a
unit for each lab or lesson, so that the processes can share them.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

#: Each of their tests that has the name of a lab or lesson is about it alone.
BY_NOTEBOOK = re.compile(r"test_(?:lab_answers|labs|grade_labs|validate_and_grader|your_turn)\.py$")
_NOTEBOOK = re.compile(r"(?:lab)?\d\d_\w+")
#: Beginnings of paths, in the order of their start; within each, the unit with most tests is first.
#: Units of the last are short, and even out when the processes end.
ORDER = ("tests/grading/", "tests/integration/", "tests/notebooks/", "modules/", "tests/unit/")


class Units(LoadFileScheduling):
    """``--dist loadfile`` with units instead of files. (xdist_group has no effect there.)"""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def unit_of(nodeid: str) -> str:
    """The unit of a test: what another process cannot run beside it."""
    file, _, test = nodeid.partition("::")
    notebook = BY_NOTEBOOK.search(file) and _NOTEBOOK.search(test.partition("[")[2])
    return f"{file} {notebook[0]}" if notebook else file


def started(nodeids: list[str]) -> list[int]:
    """The tests' places in the list, in the order in which their units are to start."""
    sizes = Counter(map(unit_of, nodeids))
    first: dict[str, int] = {}
    for place, nodeid in enumerate(nodeids):
        first.setdefault(unit_of(nodeid), place)

    def key(place: int) -> tuple[int, int, int]:
        unit = unit_of(nodeids[place])
        rank = next((i for i, start in enumerate(ORDER) if unit.startswith(start)), len(ORDER))
        return rank, -sizes[unit], first[unit]

    return sorted(range(len(nodeids)), key=key)  # stable: within a unit nothing changes


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In each process of xdist, which must all have the same order."""
    if hasattr(config, "workerinput"):
        items[:] = [items[place] for place in started([item.nodeid for item in items])]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Units | None:
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # by number of tests alone
    return Units(config, log)
