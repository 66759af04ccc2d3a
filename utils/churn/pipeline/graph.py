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
#: The jobs that nobody needs once there is a champion: the stores stand, and training again is the
#: business of the job retrain.
ONCE = ("setup", "train", "deploy")
#: The jobs of a month once there is a champion.
MONTHLY = tuple(job for job in JOBS if job not in ONCE)


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


def due(place: Place, day: Day) -> tuple[str, ...]:
    """The jobs of a month: all until there is a champion, then those of :data:`MONTHLY`.

    A month that made the first champion is still to be finished with all of them.
    """
    # Here: they load libraries that the order of the jobs does not need.
    from churn.pipeline.place import owner_of
    from churn.pipeline.runs import recorded
    from churn.registry.promotion import CHAMPION

    if owner_of(place.root) is None:
        return JOBS
    models = place.client.search_registered_models(f"name = '{place.config.model}'")
    if not models or CHAMPION not in models[0].aliases:
        return JOBS
    trained = recorded(place, "train", day)
    begun = trained is not None and "version" in trained.made
    return JOBS if begun and recorded(place, "monitor", day) is None else MONTHLY


def run_if_due(place: Place, job: str, day: Day) -> Run:
    """Run one job for a month's end if the month needs it; else its record says so, if it has none.

    This is for who starts all jobs every month, as orchestrators do: their graph has no "if".

    Raises:
        JobError: see :func:`run_job`.
    """
    if job not in JOBS or job in due(place, day):
        return run_job(place, job, day)
    from churn.pipeline.runs import record, recorded

    found = recorded(place, job, day)
    return found or record(place, job, day, "not due, there is a champion", due=False)


def run_jobs(place: Place, jobs: Sequence[str], day: Day) -> list[Run]:
    """Run several jobs for a month's end, in their order; the first that stops ends it."""
    return [run_job(place, job, day) for job in jobs]
