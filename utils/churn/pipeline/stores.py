"""Where an environment keeps its things, and that they are its own.

    stores = Stores(load_config("dev"), Path("telco"))

``HOME/landing`` is where the source systems deliver, for all environments to read. ``HOME/dev`` is
dev's folder: Delta tables, Feast's repository, registry, scores and records. Each folder, each database
and, on a server of MLflow's, each registered model carries the name of its environment, and no other
environment gets in.

Where the settings give URLs, MLflow's registry, Feast's registry and features, and the scores are in
those databases. The Delta tables, the models' files (unless a server of MLflow's keeps them), keys and
records stay in the folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from churn import database
from churn.pipeline.config import Config

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from churn.registry.promotion import Promotion

#: In an environment's folder: whose it is.
OWNER = "environment.json"
#: There, too: MLflow's database, where no other is given.
REGISTRY = "registry.db"
#: A tag of the registered model, whose it is: a server of MLflow's shows nobody its tables.
OWNED_BY = "pipeline.environment"
_META = sa.MetaData()
_OWNER = sa.Table(
    "pipeline_environment",
    _META,
    sa.Column("one", sa.Integer, primary_key=True),
    sa.Column("environment", sa.String, nullable=False),
)
#: MLflow's.
_MODEL_TAGS = sa.table(
    "registered_model_tags", sa.column("name"), sa.column("key"), sa.column("value")
)


class StoresError(RuntimeError):
    """An environment is not set up, or is somebody else's; with one sentence."""


@dataclass(frozen=True)
class Stores:
    """The stores of one environment.

    Attributes:
        config: of the environment.
        home: the folder in which the environments' folders lie.
    """

    config: Config
    home: Path

    @property
    def root(self) -> Path:
        """The environment's folder."""
        return self.home / self.config.environment

    @property
    def landing(self) -> Path:
        """What the source systems deliver; it is only read."""
        return self.home / "landing"

    @property
    def tables(self) -> Path:
        """The Delta tables, a folder each."""
        return self.root / "tables"

    @property
    def features(self) -> Path:
        """Feast's repository."""
        return self.root / "features"

    @property
    def records(self) -> Path:
        """One file for each job and month."""
        return self.root / "records"

    @property
    def keys(self) -> Path:
        """Two key pairs: ``signer`` signs models, ``gate`` decisions."""
        return self.root / "keys"

    @property
    def packages(self) -> Path:
        """Models that are on their way into the registry."""
        return self.root / "packages"

    @property
    def registry_url(self) -> str:
        """MLflow's database or server."""
        return self.config.registry or f"sqlite:///{self.root.resolve() / REGISTRY}"

    @property
    def scores_url(self) -> str:
        """The database of scores."""
        return self.config.scores or f"sqlite:///{self.root.resolve() / 'scores.db'}"

    @property
    def databases(self) -> list[str]:
        """The URLs of the databases that must be this environment's own."""
        config = self.config
        urls = [self.scores_url, config.feature_registry, config.feature_store]
        urls += [] if self.asks_server else [self.registry_url]
        return sorted({url for url in urls if url})

    @property
    def asks_server(self) -> bool:
        """Whether the registry is a server of MLflow's, and no database that this process opens."""
        return self.registry_url.startswith(("http://", "https://"))

    @cached_property
    def client(self) -> MlflowClient:
        """Of the environment's registry."""
        from mlflow import MlflowClient

        return MlflowClient(self.registry_url, self.registry_url)

    @property
    def promotion(self) -> Promotion:
        """The only way to the environment's champion."""
        from churn.registry.promotion import Promotion
        from churn.registry.supply_chain.signing import PUBLIC_KEY

        return Promotion(
            self.client,
            self.config.model,
            self.root,
            second_person=self.config.approval.second_person,
            gate_key=self.keys / "gate" / PUBLIC_KEY,
        )

    def tags_of(self, version: str) -> dict[str, str]:
        """What a version of the model says of itself."""
        return dict(self.client.get_model_version(self.config.model, version).tags)

    def require(self) -> None:
        """Nothing, if the environment is set up and all its stores are its own.

        Raises:
            StoresError: otherwise.
        """
        name = self.config.environment
        if owner_of(self.root) is None:
            raise StoresError(f"{name} is not set up: run the job setup first")
        self.must_be_own()

    def must_be_own(self) -> None:
        """Nothing, if no store belongs to another environment.

        Raises:
            StoresError: for the first that does.
        """
        name = self.config.environment
        owner = owner_of(self.root)
        if owner not in (None, name):
            raise StoresError(f"the folder {self.root.name} belongs to {owner}, not to {name}")
        for url in self.databases:
            owner = owner_of_database(url)
            if owner not in (None, name):
                shown = sa.make_url(url).render_as_string(hide_password=True).rsplit("/", 1)[-1]
                raise StoresError(f"the database {shown} belongs to {owner}, not to {name}")
        owner = self._owner_of_model()
        if owner not in (None, name):
            model = self.config.model
            raise StoresError(
                f"the model {model} in the registry belongs to {owner}, not to {name}"
            )

    def claim(self) -> None:
        """Make what is missing of the folder and the databases, with the environment's name in it."""
        name = self.config.environment
        self.root.mkdir(parents=True, exist_ok=True)
        replace_text(self.root / OWNER, json.dumps({"environment": name}) + "\n")
        if not self.config.registry:
            self._make_registry()
        for url in self.databases:
            _write_owner(url, name)
        if self.asks_server:
            self._claim_on_server()
        self.must_be_own()

    def _owner_of_model(self) -> str | None:
        """The environment that the registered model belongs to; None if nobody has claimed it.

        A registry can be reached by two addresses, its server's and its database's: asked in both ways.
        """
        model = self.config.model
        if not self.asks_server:
            return _tag_in_database(self.registry_url, model)
        models = self.client.search_registered_models(f"name = '{model}'")
        return models[0].tags.get(OWNED_BY) if models else None

    def _claim_on_server(self) -> None:
        """Make the registered model with the environment's name in it, if nobody has."""
        from mlflow.exceptions import MlflowException
        from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS, ErrorCode

        model, name = self.config.model, self.config.environment
        try:
            # Model and tag in one call: of two environments at once, one makes it.
            self.client.create_registered_model(model, tags={OWNED_BY: name})
        except MlflowException as error:
            if error.error_code != ErrorCode.Name(RESOURCE_ALREADY_EXISTS):
                raise
        if self._owner_of_model() is None:  # a model from before there were owners
            self.client.set_registered_model_tag(model, OWNED_BY, name)

    def _make_registry(self) -> None:
        """MLflow's tables in a new file, which appears whole: MLflow does not mend half of them."""
        target = self.root / REGISTRY
        if target.is_file():
            return
        from mlflow import MlflowClient

        draft = draft_of(target)
        draft.unlink(missing_ok=True)
        url = f"sqlite:///{draft.resolve()}"
        MlflowClient(url, url).search_experiments(max_results=1)
        draft.replace(target)


def _write_owner(url: str, name: str) -> None:
    engine = database.connect(url)
    try:
        database.make_tables(engine, _META)
        with engine.begin() as connection:
            new = database.insert_new(engine.dialect, _OWNER)
            connection.execute(new.values(one=1, environment=name))
    finally:
        engine.dispose()


def owner_of(folder: Path) -> str | None:
    """The environment that a folder belongs to; None if nobody has claimed it."""
    file = folder / OWNER
    if not file.is_file():
        return None
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["environment"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoresError(f"{OWNER} in {folder.name} cannot be read") from error


def owner_of_database(url: str) -> str | None:
    """The environment that a database belongs to; None if nobody has claimed it."""
    return _looked_up(url, _OWNER, sa.select(_OWNER.c.environment))


def _tag_in_database(url: str, model: str) -> str | None:
    """The environment that a registered model names in MLflow's own table; None if it names none."""
    tags = _MODEL_TAGS.c
    return _looked_up(
        url, _MODEL_TAGS, sa.select(tags.value).where(tags.name == model, tags.key == OWNED_BY)
    )


def _looked_up(url: str, table: sa.TableClause, query: sa.Select[tuple[str]]) -> str | None:
    address = sa.make_url(url)
    # Looking must not make an empty file.
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).is_file():
        return None
    engine = database.connect(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table(table.name):
                return None
            found = connection.execute(query).scalar()
            return None if found is None else str(found)
    finally:
        engine.dispose()


def replace_text(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(file)
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def draft_of(file: Path) -> Path:
    """Where :func:`replace_text` writes before the file is replaced."""
    return file.with_name(f".{file.name}.draft")
