"""Which jobs there are, what each needs, and running one of them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from churn.labels import Day

if TYPE_CHECKING:
    from churn.pipeline.runs import Run
    from churn.pipeline.stores import Stores

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
#: What libraries raise when a store is down, full or broken; MLflow's, Delta's, Feast's, psycopg's and
#: Spark's are no RuntimeError.
FAILURES = (
    ("mlflow.exceptions", "MlflowException"),
    ("sqlalchemy.exc", "SQLAlchemyError"),
    ("deltalake.exceptions", "DeltaError"),
    ("feast.errors", "FeastError"),
    ("psycopg", "Error"),
    ("pyspark.errors", "PySparkException"),
)


class JobError(RuntimeError):
    """A job cannot do its part; with one sentence. What is served stays."""


def edges() -> list[tuple[str, str]]:
    """The graph as pairs: a job, and one that needs it."""
    return [(before, job) for job, needs in NEEDS.items() for before in needs]


def run_job(stores: Stores, job: str, day: Day) -> Run:
    """Run one job for a month's end.

    Raises:
        JobError: if there is no such job, or it stops: whatever it found bad, in one sentence.
    """
    if job not in NEEDS:
        raise JobError(f"there is no job {job!r}: {', '.join(JOBS)}")
    # Each job loads libraries of seconds that the others do not need.
    module = importlib.import_module(f"churn.pipeline.jobs.{job}")
    with in_one_sentence(job):
        run: Run = module.run(stores, day)
    return run


@contextmanager
def in_one_sentence(who: str) -> Iterator[None]:
    """Make what a job found bad, or a store that does not answer, a :class:`JobError`.

    A fault of the program's own, such as a ``KeyError``, stays one: with its traceback it is found.
    """
    try:
        yield
    except JobError:
        raise
    except Exception as error:
        if not isinstance(error, (ValueError, RuntimeError, OSError, *_of_libraries())):
            raise
        # SQLAlchemy adds the statement, and an address to read: the driver's own words are enough.
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        raise JobError(f"{who}: {said or type(error).__name__}") from error


def _of_libraries() -> list[type[Exception]]:
    """The exceptions of :data:`FAILURES`; whose library is not loaded has raised none."""
    loaded = [(sys.modules.get(module), name) for module, name in FAILURES]
    return [getattr(module, name) for module, name in loaded if module is not None]


def due(stores: Stores, day: Day) -> tuple[str, ...]:
    """The jobs of a month: all until there is a champion, then those of :data:`MONTHLY`.

    A month that made the first champion is still to be finished with all of them.

    Raises:
        JobError: if the registry does not answer.
    """
    # Here: they load libraries that the order of the jobs does not need.
    from churn.pipeline.runs import recorded
    from churn.pipeline.stores import owner_of
    from churn.registry.promotion import CHAMPION

    if owner_of(stores.root) is None:
        return JOBS
    with in_one_sentence("registry"):
        models = stores.client.search_registered_models(f"name = '{stores.config.model}'")
    if not models or CHAMPION not in models[0].aliases:
        return JOBS
    trained = recorded(stores, "train", day)
    begun = trained is not None and "version" in trained.made
    return JOBS if begun and recorded(stores, "monitor", day) is None else MONTHLY


def run_if_due(stores: Stores, job: str, day: Day) -> Run:
    """Run one job for a month's end if the month needs it; else its record says so, if it has none.

    This is for who starts all jobs every month, as orchestrators do: their graph has no "if".

    Raises:
        JobError: see :func:`run_job`.
    """
    if job not in JOBS or job in due(stores, day):
        return run_job(stores, job, day)
    from churn.pipeline.runs import record, recorded

    found = recorded(stores, job, day)
    return found or record(stores, job, day, "not due, there is a champion", due=False)


def run_jobs(stores: Stores, jobs: Sequence[str], day: Day) -> list[Run]:
    """Run several jobs for a month's end, in their order; the first that stops ends it."""
    return [run_job(stores, job, day) for job in jobs]


def backfill(stores: Stores, months: Iterable[Day]) -> Iterator[Run]:
    """Make the features of each of these months that has none; the environment is set up.

    Raises:
        JobError: the first delivery that is refused.
    """
    from churn.pipeline.runs import recorded

    for month in months:
        if recorded(stores, "feature_tables", month) is None:
            yield run_job(stores, "feature_tables", month)
