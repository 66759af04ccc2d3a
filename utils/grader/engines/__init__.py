"""What turns a submission into an outcome, and a batch of them at once.

``engine`` says what an engine is. ``stock`` is nbgrader's own way, ``trusted`` has tests out of the
learner's reach; both drive ``autograde``. ``pool`` grades many at once, with cells that run where
``workers`` has them run.
"""

from grader.engines.engine import Engine, grade_all, submissions
from grader.engines.pool import PooledEngine, grade_many
from grader.engines.stock import StockEngine
from grader.engines.trusted import TrustedEngine
from grader.engines.workers import RunCells, on_cluster, on_this_machine, unprotected

__all__ = [
    "Engine",
    "PooledEngine",
    "RunCells",
    "StockEngine",
    "TrustedEngine",
    "grade_all",
    "grade_many",
    "on_cluster",
    "on_this_machine",
    "submissions",
    "unprotected",
]
