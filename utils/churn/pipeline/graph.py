"""Which jobs there are, what each needs, and running one of them."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from churn.labels import Day

if TYPE_CHECKING:
    from churn.pipeline.place import Place
    from churn.pipeline.runs import Run

#: Each job and the jobs that must have run before it.
NEEDS: dict[str, tuple[str, ...]] = {
    "setup": (),
    "feature_tables": ("setup",),
    "train": ("feature_tables",),
    "deploy": ("train",),
    "batch_inference": ("deploy",),
    "monitor": ("batch_inference",),
    "retrain": ("monitor",),
}
JOBS = tuple(TopologicalSorter(NEEDS).static_order())
#: The jobs of a month once there is a champion: retraining is the last one's business.
MONTHLY = ("feature_tables", "batch_inference", "monitor", "retrain")


class JobError(RuntimeError):
    """A job cannot do its part; with one sentence. What is served stays."""


def edges() -> list[tuple[str, str]]:
    """The graph as pairs: a job, and one that needs it."""
    return [(before, job) for job, needs in NEEDS.items() for before in needs]


def run_job(place: Place, job: str, day: Day) -> Run:
    """Run one job for a month's end.

    Raises:
        JobError: if there is no such job, or it stops: whatever it found bad, in one sentence.
    """
    if job not in NEEDS:
        raise JobError(f"there is no job {job!r}: {', '.join(JOBS)}")
    # Each job loads libraries of seconds that the others do not need.
    module = importlib.import_module(f"churn.pipeline.jobs.{job}")
    try:
        run: Run = module.run(place, day)
    except JobError:
        raise
    except (ValueError, RuntimeError, OSError) as error:
        raise JobError(f"{job}: {' '.join(str(error).split())}") from error
    return run


def run_jobs(place: Place, jobs: Sequence[str], day: Day) -> list[Run]:
    """Run several jobs for a month's end, in their order; the first that stops ends it."""
    return [run_job(place, job, day) for job in jobs]
