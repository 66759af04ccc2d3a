"""MLflow registries as plain data, and one with a past, for a lab that asks who served when.

    registry = read(workspace / "mlflow.db")["churn"]
    registry["aliases"], registry["versions"]["3"]["tags"]

:func:`read` takes what a registry's database holds and writes nothing to it, so that a test can look
at the store of a learner. :func:`with_a_past` draws a registry of twelve versions whose champion
changed several times, and :func:`write` puts it into a store.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: ``aliases``: alias → version; ``versions``: version → ``source``, ``run_id`` and ``tags``.
Registry = dict[str, Any]

#: Tags of a version that hold an audit record begin with it.
AUDIT = "audit."
#: Versions of :func:`with_a_past`.
VERSIONS = 12
_OFFICES = ("Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata")
_STAFF = ("Ada", "Grace", "Alan", "Edsger", "Barbara")


def read(database: str | Path) -> dict[str, Registry]:
    """The registered models of an MLflow store in an SQLite file, by name; only read.

    Raises:
        FileNotFoundError: there is no such file.
    """
    path = Path(database).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"there is no registry in {path.name}")
    found: dict[str, Registry] = {}
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as store:
        for (name,) in store.execute("SELECT name FROM registered_models ORDER BY name"):
            found[name] = {"aliases": {}, "versions": {}}
        for name, version, source, run_id in store.execute(
            "SELECT name, version, source, run_id FROM model_versions"
            " WHERE current_stage != 'Deleted_Internal' ORDER BY name, version"
        ):
            row = {"source": source, "run_id": run_id, "tags": {}}
            found[name]["versions"][str(version)] = row
        for name, version, key, value in store.execute(
            "SELECT name, version, key, value FROM model_version_tags ORDER BY name, version, key"
        ):
            if str(version) in found[name]["versions"]:
                found[name]["versions"][str(version)]["tags"][key] = value
        for name, alias, version in store.execute(
            "SELECT name, alias, version FROM registered_model_aliases ORDER BY name, alias"
        ):
            found[name]["aliases"][alias] = str(version)
    return found


def write(registry: Registry, client: MlflowClient, name: str) -> None:
    """Register the versions of a registry, with tags and aliases, as a new model of a store."""
    client.create_registered_model(name)
    for version, row in registry["versions"].items():
        made = client.create_model_version(name, row["source"], tags=dict(row["tags"]))
        if str(made.version) != version:
            raise ValueError(f"version {version} became version {made.version}: begin with 1")
    for alias, version in registry["aliases"].items():
        client.set_registered_model_alias(name, alias, version)


def with_a_past(seed: int) -> Registry:
    """A registry of twelve versions, made in the first half of 2024.

    Records of what was done to the champion are tags (:data:`AUDIT` and a number) of the version
    concerned, written in four offices, each with its own clock. Other tags were set by hand, when
    somebody thought of it. The same seed gives the same registry.
    """
    rng = np.random.default_rng(seed)
    tags: dict[str, dict[str, str]] = {
        str(version): {"run_id": f"run-{version:02}"} for version in range(1, VERSIONS + 1)
    }
    moment = dt.datetime(2024, 1, 8, 22, 0, tzinfo=dt.UTC)
    history: list[str] = []
    for number in range(1, 21):
        if history and rng.random() < 0.3:  # again in the same night, perhaps in another office
            moment += dt.timedelta(minutes=int(rng.integers(20, 150)))
        else:
            moment = _at_night(moment + dt.timedelta(days=int(rng.integers(4, 12))), rng)
        action, version, state = _next(history, number, rng)
        record = {
            "number": number,
            "action": action,
            "version": version,
            "replaced": history[-1] if history else None,
            "who": str(rng.choice(_STAFF)),
            "when": _as_written(moment, rng),
            "state": state,
        }
        tags[version][f"{AUDIT}{number:04}"] = json.dumps(record)
        if state != "done":
            continue
        if action == "promote":
            history.append(version)
        elif action == "rollback":
            history.pop()
        else:
            history.clear()
    _set_by_hand(tags, rng)
    versions = {
        version: {"source": f"file:///models/{version}", "run_id": None, "tags": own}
        for version, own in tags.items()
    }
    aliases = {"challenger": str(VERSIONS)}
    if history:
        aliases["champion"] = history[-1]
    return {"aliases": aliases, "versions": versions}


def _next(history: list[str], number: int, rng: np.random.Generator) -> tuple[str, str, str]:
    """Action, version and state of the next record."""
    free = [str(v) for v in range(1, VERSIONS + 1) if str(v) not in history]
    candidate = str(rng.choice(free[: 2 + number // 2]))
    chance = rng.random()
    if number in (4, 9, 13) or (number > 2 and chance < 0.12):
        return "promote", candidate, str(rng.choice(["abandoned", "started"]))
    if len(history) >= 2 and chance < 0.4:
        return "rollback", history[-2], "done"
    if history and number in (7, 15):
        return "withdraw", history[-1], "done"
    return "promote", candidate, "done"


def _at_night(moment: dt.datetime, rng: np.random.Generator) -> dt.datetime:
    """Within some hours of midnight, where the day depends on the clock."""
    midnight = moment.replace(hour=23, minute=0, second=0)
    return midnight + dt.timedelta(minutes=int(rng.integers(-150, 150)))


def _as_written(moment: dt.datetime, rng: np.random.Generator) -> str:
    local = moment.astimezone(ZoneInfo(str(rng.choice(_OFFICES))))
    text = local.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z") if rng.random() < 0.5 else text


def _set_by_hand(tags: Mapping[str, dict[str, str]], rng: np.random.Generator) -> None:
    for own in tags.values():
        if rng.random() < 0.5:
            own["stage"] = str(rng.choice(["Production", "Production", "Staging", "Archived"]))
        if rng.random() < 0.4:
            day = dt.date(2024, 1, 10) + dt.timedelta(days=int(rng.integers(0, 150)))
            own["in_service_since"] = day.isoformat()
