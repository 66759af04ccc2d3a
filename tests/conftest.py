"""What all tests share: repeatable numerics, what they need, and the reports at the end of the run.

The reports are called here and not in tests/grading because the controlling process of pytest-xdist
loads only the conftest files of the folders that it is given.
"""

import os

import pytest

import cost_report
import marks
import mutation_report
import scheduling
import untouched
from coursekit.environment import switches

for _name, _value in (switches.REPEATABLE | {"MPLBACKEND": "Agg"}).items():
    os.environ.setdefault(_name, _value)


def pytest_configure(config: pytest.Config) -> None:
    # The last that is registered writes its summary first. Registered, and not only loaded like a
    # conftest, they also see the lessons.
    for plugin in (scheduling, untouched, marks, cost_report, mutation_report):
        config.pluginmanager.register(plugin, plugin.__name__)
