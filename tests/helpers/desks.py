"""A registry of four versions that no gate has judged, and what tests do at its promotion desk."""

import datetime as dt
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from churn.registry import folders
from churn.registry.gates import CRITERIA, Decision, Verdict
from churn.registry.packaging import register
from churn.registry.promotion import CHALLENGER, CHAMPION, PREVIOUS, Promotion
from coursekit.environment import mlflow_store

LINEAGE = {"data_version": "2e", "code_version": "3d", "trained_until": "2025-01-31"}
NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
VERSIONS = 4


class Killed(BaseException):
    """Stands for a process that ends here."""


class MortalClient(MlflowClient):
    """A client whose process ends before its n-th write."""

    writes = 0
    dies_at: int | None = None

    def _write(self, name: str, *arguments: Any) -> Any:
        self.writes += 1
        if self.writes == self.dies_at:
            raise Killed
        return getattr(super(), name)(*arguments)

    def set_registered_model_alias(self, *arguments: Any) -> Any:
        return self._write("set_registered_model_alias", *arguments)

    def delete_registered_model_alias(self, *arguments: Any) -> Any:
        return self._write("delete_registered_model_alias", *arguments)

    def set_model_version_tag(self, *arguments: Any) -> Any:
        return self._write("set_model_version_tag", *arguments)


def decision(folder: Path, refuse: str = "", against: str | None = None) -> Decision:
    verdicts = (Verdict(name, name != refuse, "it is so", {"figure": 1.0}) for name in CRITERIA)
    return Decision(tuple(verdicts), tuple(CRITERIA), folders.digest(folder), against)


def judge(desk: Promotion, tmp_path: Path, number: int, refuse: str = "") -> None:
    """The gate has compared a version with the present champion."""
    champion = desk.version_of(CHAMPION)
    desk.record(str(number), decision(folder_of(tmp_path, number), refuse, champion))


def everything(desk: Promotion) -> Any:
    """What the registry holds: the tags of each version, and the aliases."""
    versions = desk.client.search_model_versions("name = 'churn'")
    tags = {version.version: dict(version.tags) for version in versions}
    return tags, dict(desk.client.get_registered_model("churn").aliases)


def folder_of(tmp_path: Path, number: int) -> Path:
    """The files that were judged, as the gate has them."""
    return tmp_path / f"model-{number}"


def promote(desk: Promotion, tmp_path: Path, number: int) -> None:
    judge(desk, tmp_path, number)
    desk.promote(str(number), "Ada", "better in April")


def aliases(desk: Promotion) -> tuple[str | None, str | None, str | None]:
    champion, previous, challenger = map(desk.version_of, (CHAMPION, PREVIOUS, CHALLENGER))
    return champion, previous, challenger


class Registry:
    """The registry, made once: its rows are put back as they were instead of being made anew."""

    def __init__(self, root: Path) -> None:
        self.database = root / "mlflow.db"
        self.database.write_bytes(mlflow_store.empty().read_bytes())
        uri = mlflow_store.uri(self.database)
        self.client = MlflowClient(uri, uri)
        place = self.client.create_experiment("tests", (root / "artifacts").as_uri())
        for number in range(1, VERSIONS + 1):
            folder = write_files(folder_of(root, number), number)
            run = self.client.create_run(place).info.run_id
            assert register(self.client, "churn", folder, run, LINEAGE) == str(number)
        self.fresh = self.database.read_bytes()
        self.sources = [source_of(self.client, str(n)) for n in range(1, VERSIONS + 1)]

    def desk(self, tmp_path: Path) -> Promotion:
        """A desk of the registry as it was made, and a copy of each version's files beside it."""
        self.database.write_bytes(self.fresh)
        for number, source in enumerate(self.sources, start=1):
            write_files(source, number)
            write_files(folder_of(tmp_path, number), number)
        return Promotion(self.client, "churn", tmp_path, now=lambda: NOON)


def write_files(folder: Path, number: int) -> Path:
    """The model that a version is: one file."""
    folder.mkdir(exist_ok=True)
    (folder / "weights.txt").write_text(str(number))
    return folder


def source_of(client: MlflowClient, version: str) -> Path:
    """Where the registry keeps a version's files."""
    return Path(str(client.get_model_version("churn", version).source).removeprefix("file://"))
