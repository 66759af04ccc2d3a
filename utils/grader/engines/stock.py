"""The engine that drives nbgrader's own autograde: one cold kernel per notebook, one at a time.

Learner's code and tests share one unprotected process. This engine serves a course whose learners
are trusted; it does not stop a notebook that cheats.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import nbformat
from traitlets.config import Config

from grader import cell_errors
from grader.course import local_sockets
from grader.engines.autograde import STOCK_EXECUTE, AutogradeEngine

NOTEBOOK_SECONDS = 600.0


@dataclass(frozen=True)
class StockEngine(AutogradeEngine):
    """nbgrader's own way to run a notebook."""

    @contextmanager
    def settings(self) -> Iterator[Config]:
        with local_sockets() as sockets:
            config = self.limits()
            config.merge(sockets)
            config.Autograde.autograde_preprocessors = self.steps(STOCK_EXECUTE)
            yield config

    def limits(self) -> Config:
        """The configuration that ends cells in time; the notebook's clock starts now."""
        config = Config()
        per_cell = self.cell_seconds or float(self.course.config().Execute.timeout)
        together = NOTEBOOK_SECONDS if self.notebook_seconds is None else self.notebook_seconds
        deadline = time.monotonic() + together

        def seconds_left(_: nbformat.NotebookNode) -> float:
            return max(1.0, min(per_cell, deadline - time.monotonic()))

        config.Execute.timeout_func = seconds_left
        config.Execute.error_on_timeout = cell_errors.timed_out_reply(per_cell)
        return config
