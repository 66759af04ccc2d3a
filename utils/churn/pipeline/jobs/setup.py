"""Set an environment up: its folder, its databases, its keys. What is there already stays."""

from __future__ import annotations

import shutil
from pathlib import Path

from churn.labels import Day
from churn.pipeline import feature_repo, runs
from churn.pipeline.place import OWNER, REGISTRY, Place, PlaceError, draft_of, owner_of
from churn.registry.supply_chain import signing

#: What setup and the jobs after it make in the environment's folder; nothing else is ever deleted.
MADE = (
    "tables", "features", "records", "keys", "packages", "artifacts", "registry.db", "scores.db",
    "registry.db-shm", "registry.db-wal", "scores.db-shm", "scores.db-wal",
    draft_of(Path(REGISTRY)).name, draft_of(Path(OWNER)).name,
)  # fmt: skip


def run(place: Place, day: Day) -> runs.Run:
    """Make what is missing.

    Raises:
        PlaceError: if a folder or database belongs to another environment.
    """
    place.must_be_own()
    if owner_of(place.root) is None and place.root.is_dir() and _others(place):
        raise PlaceError(f"the folder {place.root.name} is not empty, and nobody set it up")
    place.claim()
    for folder in (place.tables, place.records, place.packages):
        folder.mkdir(exist_ok=True)
    for name in ("signer", "gate"):
        _make_keys(place, name)
    addresses = [place.config.written(name) for name in ("feature_registry", "feature_store")]
    feature_repo.set_up(place.features, *addresses)
    client = place.client
    if client.get_experiment_by_name(place.config.model) is None:
        where = (place.root / "artifacts").resolve().as_uri()
        local = place.registry_url.startswith(("sqlite", "postgresql"))
        client.create_experiment(place.config.model, where if local else None)
    if not client.search_registered_models(f"name = '{place.config.model}'"):
        client.create_registered_model(place.config.model)
    return runs.record(place, "setup", day, f"{place.config.environment} is set up")


def reset(place: Place) -> list[str]:
    """Remove what setup and the jobs have made in the environment's folder, and nothing else.

    Databases elsewhere, given by URL, are left alone.

    Returns:
        The names of what was in the folder besides, and is still there.

    Raises:
        PlaceError: if the environment is not set up, or is another one's.
    """
    place.require()
    for name in MADE:
        found = place.root / name
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found)
        else:
            found.unlink(missing_ok=True)
    others = sorted(
        one.name
        for one in place.root.iterdir()
        if one.name != OWNER and not one.name.endswith(".lock")
    )
    # The name of the owner last: a reset that was killed can be run again.
    for one in (*place.root.glob("*.lock"), place.root / OWNER):
        one.unlink(missing_ok=True)
    if not others:
        place.root.rmdir()
    return others


def _others(place: Place) -> list[str]:
    """What lies in the folder, but for what a setup leaves that was killed at its first step."""
    own = draft_of(place.root / OWNER).name
    return [one.name for one in place.root.iterdir() if one.name != own]


def _make_keys(place: Place, name: str) -> None:
    folder = place.keys / name
    if folder.is_dir():
        return
    # A pair appears whole, or half a pair would be in the way of the next run.
    draft = place.keys / f".{name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    signing.make_keys(draft)
    draft.rename(folder)
