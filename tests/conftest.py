"""What all tests share: repeatable numerics, what they need, and the reports at the end of the run.

The reports are called here and not in tests/grading because the controlling process of pytest-xdist
loads only the conftest files of the folders that it is given.
"""

import os
import re

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

import cost_report
import marks
import mutation_report
from coursekit.environment import switches

RUN_LABS = re.compile(r"test_(lab_answers|labs|grade_labs)\.py$")

for _name, _value in (switches.REPEATABLE | {"MPLBACKEND": "Agg"}).items():
    os.environ.setdefault(_name, _value)


class FilesAndLabs(LoadFileScheduling):
    """The tests of a file go to one worker; where they run labs, the tests of each lab."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        lab = RUN_LABS.search(file) and re.search(r"lab\d\d_\w+", test)
        return f"{file} {lab[0]}" if lab else file


def pytest_configure(config: pytest.Config) -> None:
    # The last that is registered writes its summary first. Registered, and not only loaded like a
    # conftest, they also see the lessons.
    for plugin in (marks, cost_report, mutation_report):
        config.pluginmanager.register(plugin, plugin.__name__)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesAndLabs | None:
    """Labs are tried side by side. (xdist_group has no effect with pytest 9.2 and xdist 3.8.)"""
    return FilesAndLabs(config, log) if config.getvalue("dist") == "loadfile" else None
