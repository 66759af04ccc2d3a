"""Set an environment up: its folder, its databases, its keys. What is there already stays."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from churn.labels import Day
from churn.pipeline import feature_repo, runs, tables
from churn.pipeline.graph import JOBS
from churn.pipeline.stores import OWNED_BY, OWNER, REGISTRY, Stores, StoresError, draft_of, owner_of
from churn.registry.supply_chain import signing

_DRAFT = r"(\.[^/]*\.draft)"
_MONTH, _HASH = r"\d{4}-\d\d", "[0-9a-f]{16,}"
_DELTA = rf"tables/({tables.FEATURES}|{tables.LABELS}|{tables.MONITORING})"
_OWN = rf"{_DELTA}/(_delta_log|month={_MONTH})|artifacts/({_HASH}|models/m-{_HASH})"
_SCRATCH = rf"packages/({_HASH}|{_MONTH}-[^/]+@[^/]+)"
#: The folders that setup and the jobs after it make in the environment's, by their paths in it.
FOLDERS = re.compile(
    rf"tables|{_DELTA}|features(/{feature_repo.VIEW})?|records(/{_MONTH}(/batches)?)?"
    r"|keys(/signer|/gate|/\.signer\.draft|/\.gate\.draft)?|packages|artifacts(/models)?"
    rf"|({_OWN}|{_SCRATCH})(/.+)?"
)
#: And the files; nothing else is ever deleted. What MLflow, Delta and the jobs put into folders of
#: which each has a name of their own making is theirs.
FILES = re.compile(
    rf"({_OWN}|{_SCRATCH})/.+"
    r"|(registry|scores)\.db(-shm|-wal|-journal)?"
    rf"|{re.escape(draft_of(Path(REGISTRY)).name)}(-shm|-wal|-journal)?"
    rf"|{re.escape(draft_of(Path(OWNER)).name)}"
    rf"|features/(feature_store\.yaml|(registry|online)\.db(-shm|-wal|-journal)?|{_DRAFT})"
    rf"|features/{feature_repo.VIEW}/{_MONTH}\.parquet"
    rf"|records/{_MONTH}/({'|'.join(JOBS)})\.json|records/{_MONTH}/(batches/)?{_DRAFT}"
    rf"|records/{_MONTH}/batches/[^/]+@[^/]+\.json"
    rf"|keys/\.?(signer|gate)(\.draft)?/({signing.PRIVATE_KEY}|{signing.PUBLIC_KEY})"
)


def run(stores: Stores, day: Day) -> runs.Run:
    """Make what is missing.

    Raises:
        StoresError: if a folder or database belongs to another environment.
    """
    stores.must_be_own()
    if owner_of(stores.root) is None and stores.root.is_dir() and _others(stores):
        raise StoresError(f"the folder {stores.root.name} is not empty, and nobody set it up")
    stores.claim()
    for folder in (stores.tables, stores.records, stores.packages):
        folder.mkdir(exist_ok=True)
    for name in ("signer", "gate"):
        _make_keys(stores, name)
    addresses = [stores.config.written(name) for name in ("feature_registry", "feature_store")]
    feature_repo.set_up(stores.features, *addresses)
    client = stores.client
    if client.get_experiment_by_name(stores.config.model) is None:
        where = (stores.root / "artifacts").resolve().as_uri()
        local = stores.registry_url.startswith(("sqlite", "postgresql"))
        client.create_experiment(stores.config.model, where if local else None)
    if not client.search_registered_models(f"name = '{stores.config.model}'"):
        client.create_registered_model(
            stores.config.model, tags={OWNED_BY: stores.config.environment}
        )
    return runs.record(stores, "setup", day, f"{stores.config.environment} is set up")


def reset(stores: Stores) -> list[str]:
    """Remove what setup and the jobs have made in the environment's folder, and nothing else.

    Databases elsewhere, given by URL, are left alone.

    Returns:
        What was in the folder besides, at any depth, and is still there; by its path in the folder.

    Raises:
        StoresError: if the environment is not set up, or is another one's.
    """
    stores.require()
    (stores.root / f"{stores.config.model}.lock").unlink(missing_ok=True)
    strangers = _clear(stores.root, "")
    # The name of the owner last: a reset that was killed can be run again.
    (stores.root / OWNER).unlink()
    if not strangers:
        stores.root.rmdir()
    return strangers


def _clear(folder: Path, where: str) -> list[str]:
    """Remove what is the pipeline's own below a folder; the paths of what is not."""
    strangers: list[str] = []
    for one in sorted(folder.iterdir()):
        path = where + one.name
        if one.is_dir() and not one.is_symlink():
            if not FOLDERS.fullmatch(path):
                strangers.append(path)
                continue
            below = _clear(one, f"{path}/")
            strangers += below
            if not below:
                one.rmdir()
        elif FILES.fullmatch(path):
            one.unlink()
        elif path != OWNER:
            strangers.append(path)
    return strangers


def _others(stores: Stores) -> list[str]:
    """What lies in the folder, but for what a setup leaves that was killed at its first step."""
    own = draft_of(stores.root / OWNER).name
    return [one.name for one in stores.root.iterdir() if one.name != own]


def _make_keys(stores: Stores, name: str) -> None:
    folder = stores.keys / name
    if folder.is_dir():
        return
    # A pair appears whole, or half a pair would be in the way of the next run.
    draft = stores.keys / f".{name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    signing.make_keys(draft)
    draft.rename(folder)
