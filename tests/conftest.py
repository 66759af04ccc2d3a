"""What all tests share: repeatable numerics, and the mutation score at the end of the run.

The summary stands here and not in tests/grading because the controlling process of pytest-xdist
loads only the conftest files of the folders that it is given.
"""

import os

from coursekit import switches
from mutation_report import pytest_terminal_summary  # noqa: F401 - a hook, found by its name

for _name, _value in (switches.REPEATABLE | {"MPLBACKEND": "Agg"}).items():
    os.environ.setdefault(_name, _value)
