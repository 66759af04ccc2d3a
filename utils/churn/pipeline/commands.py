"""The command ``churn-pipeline``: run jobs, see how things stand, go back from a score.

churn-pipeline deliver --home telco --scenario baseline --until 2024-06
churn-pipeline run setup feature_tables --env dev --home telco --day 2024-06
churn-pipeline run --env dev --home telco
"""

from __future__ import annotations

import importlib
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from unittest import mock

import pandas as pd
import typer

from churn.pipeline.config import ConfigError, changes_of, load_config
from churn.pipeline.graph import JobError, in_one_sentence, run_if_due, run_job
from churn.pipeline.graph import backfill as made_up_for
from churn.pipeline.graph import due as needed
from churn.pipeline.runs import recorded
from churn.pipeline.stores import Stores, StoresError, owner_of

app = typer.Typer(
    help="The telco's pipeline, job by job.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Env = Annotated[str, typer.Option("--env", help="dev, staging or prod.")]
Home = Annotated[Path, typer.Option("--home", help="Folder of the landing zone and all stores.")]
Settings = Annotated[
    Path | None, typer.Option("--config", help="Folder with base.yaml and one file each.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="Another value of a setting, as gate.draws=500; more than once."),
]
Profile = Annotated[
    str | None, typer.Option("--profile", help="A set of settings that comes along: unattended.")
]
When = Annotated[
    str | None, typer.Option("--day", help="A day of the month; default: the newest delivery.")
]


@app.command()
def run(
    jobs: Annotated[
        list[str] | None,
        typer.Argument(help="Jobs, in the order in which they run; default: those of the month."),
    ] = None,
    env: Env = "dev",
    home: Home = Path("telco"),
    day: When = None,
    config: Settings = None,
    change: Changes = None,
    profile: Profile = None,
    due: Annotated[
        bool, typer.Option("--due", help="A job that the month does not need says so and is done.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail where the gate refuses a candidate.")
    ] = False,
) -> None:
    """Run jobs for a month's end; the first that stops ends it with one sentence.

    A month needs all seven until there is a champion, then feature_tables, batch_inference, monitor
    and retrain, which trains and deploys if need be.
    """
    _quiet()
    _load_feast()
    with _told():
        stores = _stores(env, home, config, change, profile)
        month_end = _month_end(stores, day)
        for job in jobs or needed(stores, month_end):
            done = (run_if_due if due else run_job)(stores, job, month_end)
            typer.echo(str(done))
            if strict and done.made.get("promoted") is False:
                raise JobError(done.said)


@app.command()
def backfill(
    env: Env = "dev",
    home: Home = Path("telco"),
    config: Settings = None,
    change: Changes = None,
    profile: Profile = None,
) -> None:
    """Set an environment up and make the features of each delivered month that has none."""
    _quiet()
    _load_feast()
    with _told():
        stores = _stores(env, home, config, change, profile)
        delivered = _delivered(stores)
        if owner_of(stores.root) is None:
            typer.echo(str(run_job(stores, "setup", delivered[0])))
        for done in made_up_for(stores, delivered):
            typer.echo(str(done))


@app.command()
def status(
    env: Env = "dev",
    home: Home = Path("telco"),
    day: When = None,
    config: Settings = None,
    change: Changes = None,
    profile: Profile = None,
) -> None:
    """What each job said of a month."""
    from churn.pipeline.graph import JOBS

    with _told():
        stores = _stores(env, home, config, change, profile)
        stores.require()
        month_end = _month_end(stores, day)
    for job in JOBS:
        found = recorded(stores, job, month_end)
        typer.echo(str(found) if found else f"{job} {month_end:%Y-%m}: has not run")


@app.command()
def explain(
    batch: str,
    env: Env = "dev",
    home: Home = Path("telco"),
    config: Settings = None,
    change: Changes = None,
    profile: Profile = None,
) -> None:
    """Everything that a batch of scores rests on, as JSON."""
    _quiet()
    from churn.pipeline.lineage import origin_of

    with _told():
        stores = _stores(env, home, config, change, profile)
        stores.require()
        found = origin_of(stores, batch)
    typer.echo(json.dumps(asdict(found), indent=1))


@app.command()
def reset(
    env: Env = "dev",
    home: Home = Path("telco"),
    config: Settings = None,
    change: Changes = None,
    profile: Profile = None,
) -> None:
    """Remove what the jobs have made in an environment's folder, and nothing else."""
    from churn.pipeline.jobs import setup

    with _told():
        others = setup.reset(_stores(env, home, config, change, profile))
    typer.echo(f"{env} is gone" + (f"; left: {', '.join(others)}" if others else ""))


@app.command()
def deliver(
    home: Home = Path("telco"),
    source: Annotated[
        str | None,
        typer.Option(help="synthetic, a simulated telco (default), or ibm, drawn from a table."),
    ] = None,
    scenario: Annotated[
        str, typer.Option(help="Of the simulated telco, or a YAML file.")
    ] = "baseline",
    until: Annotated[str | None, typer.Option(help="Last month; default: all.")] = None,
    table: Annotated[
        Path | None,
        typer.Option(help="CSV of the source ibm; default: the file that CHURN_IBM_CSV names."),
    ] = None,
    months: Annotated[int, typer.Option(help="To how many a table is dealt.")] = 12,
) -> None:
    """Play the source systems: deliver months of customers into the landing zone.

    A simulated telco has a time. A table as IBM's has none: its customers are dealt at random to
    months from January 2025 on, each to one of them. Whoever left, by the column Churn, leaves in
    the middle of the month after their own, and that is known two months later. The months differ by
    chance alone, and no model is judged on customers that it was trained on.

    A twelfth of IBM's table, 587 customers, shows little beyond chance: dev, which sees a quarter
    of them, refuses every model on it, and prod asks for a smaller calibration error than so few can
    show. So: --env prod --set gate.max_calibration_error=0.08
    """
    from churn import data
    from churn.data.landing import deliver_scenario, deliver_table

    try:
        source = source or ("synthetic" if table is None else "ibm")
        if source not in data.SOURCES:
            raise ValueError(f"unknown source {source!r}: {', '.join(data.SOURCES)}")
        if source == "ibm":
            # The hash of IBM's own file is checked; a file that was named may be a part of it.
            rows = data.load("ibm") if table is None else data.read_csv(table)
            delivered = deliver_table(home / "landing", rows, months)
        elif table is not None:
            raise ValueError("a table goes with the source ibm")
        else:
            last = None if until is None else _end(until)
            delivered = deliver_scenario(home / "landing", scenario, last)
    except (ValueError, OSError) as error:
        _stop(" ".join(str(error).split()))
    typer.echo(f"{len(delivered)} months delivered")


def _stores(
    env: str, home: Path, config: Path | None, change: list[str] | None, profile: str | None
) -> Stores:
    changes = changes_of(change or [])
    return Stores(load_config(env, config, changes, profile=profile), home)


@contextmanager
def _told() -> Iterator[None]:
    """End the command with one sentence where something is wrong or a store does not answer."""
    try:
        with in_one_sentence("pipeline"):
            yield
    except JobError as error:
        # What the command's own parts say is whole; only a store that does not answer needs its name.
        own = error.__cause__ if isinstance(error.__cause__, ConfigError | StoresError) else error
        _stop(str(own))


def _month_end(stores: Stores, day: str | None) -> pd.Timestamp:
    if day is not None:
        try:
            return _end(day)
        except ValueError:
            raise JobError(f"{day!r} is no day") from None
    return _delivered(stores)[-1]


def _delivered(stores: Stores) -> list[pd.Timestamp]:
    """The ends of the months that have been delivered, oldest first."""
    from churn.data.landing import delivered

    months = delivered(stores.landing)
    if not months:
        raise JobError(f"nothing has been delivered to {stores.landing.name}")
    return months


def _quiet() -> None:
    """What libraries say of themselves is not for whoever runs a job; their errors are."""
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "ERROR")
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)


def _load_feast() -> None:
    """Import Feast without typeguard's rewriting of its functions, two thirds of the seconds it takes.

    They then do not check the types of their arguments, which mypy does for ours.
    """

    def as_it_is(target: Any = None, **_: Any) -> Any:
        return as_it_is if target is None else target

    with mock.patch("typeguard.typechecked", as_it_is):
        importlib.import_module("feast")


def _end(day: str) -> pd.Timestamp:
    return pd.Timestamp(day).to_period("M").end_time.normalize()


def _stop(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)
