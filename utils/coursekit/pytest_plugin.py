"""How this course uses nbval; loaded by ``addopts`` in pyproject.toml."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Compare every output of a notebook but stderr.

    What libraries write there (progress, paths, times) differs from run to run, and the normal
    form of a notebook (see ``coursekit.notebooks``) does not keep it.
    """
    for item in items:
        parent = item.parent
        if parent is not None and hasattr(parent, "skip_compare") and "stderr" not in parent.skip_compare:
            parent.skip_compare += ("stderr",)
