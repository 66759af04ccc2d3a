"""A real MLflow server: who holds no credential stays out, and a version gets there from a registry.

Staging's registry is a file here, without a server; the lesson on topologies crosses between two.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from candidates import signed_folder
from churn.pipeline.config import load_config
from churn.pipeline.graph import JobError, run_job
from churn.pipeline.stores import REGISTRY, Stores
from churn.registry import access, servers
from churn.registry.gates import CRITERIA, Decision, Verdict
from churn.registry.packaging import register
from churn.registry.promotion import Promotion
from churn.registry.supply_chain import signing
from churn.registry.topologies import TransferError, transfer
from churn.registry.versions import files_of
from coursekit.environment import known, mlflow_store
from marks import find_postgresql
from postgresql_cluster import running

LINEAGE = {"data_version": "2e", "code_version": "3d"}
#: What a process does that was given addresses and nothing else: the request of MLflow's client,
#: whose import takes ten times as long.
TRY = """
import sys
import requests
for address in sys.argv[1:]:
    address += "/api/2.0/mlflow/registered-models/create"
    answer = requests.post(address, json={"name": "smuggled"})
    print("done" if answer.ok else answer.json()["error_code"])
"""


class Staging(NamedTuple):
    """A registry without a server, and the folder with its files and its grants."""

    client: MlflowClient
    folder: Path


def started(folder: Path, backend: str | None = None) -> servers.Server:
    folder.mkdir()
    if backend is None:
        shutil.copyfile(mlflow_store.empty(), folder / servers.DATABASE)
    return servers.start(folder, known.environment(), backend)


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The server of production, on PostgreSQL where there is one."""
    folder = tmp_path_factory.mktemp("registries") / "production"
    with ExitStack() as stack:
        database = stack.enter_context(running()) if find_postgresql() else None
        server = started(folder, database)
        stack.callback(server.stop)
        server.wait()
        yield server
    # It has ended with its standard input, and not because somebody killed it.
    assert server.process.returncode == 0


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Staging:
    """A registry of its own."""
    folder = tmp_path_factory.mktemp("staging")
    shutil.copyfile(mlflow_store.empty(), folder / servers.DATABASE)
    uri = mlflow_store.uri(folder / servers.DATABASE)
    return Staging(MlflowClient(uri, uri), folder)


def client(server: servers.Server, who: str, may: access.May) -> MlflowClient:
    address = server.address_of(who, access.grant(server.folder, who, may))
    # Both, or the registry would be the one that another test of this process has set.
    return MlflowClient(address, address)


def registered(staging: Staging, folder: Path) -> tuple[str, Path]:
    """A signed version in staging, and the public key."""
    model, public = signed_folder(folder)
    files = (staging.folder / servers.ARTIFACTS).as_uri()
    experiment = staging.client.create_experiment(folder.name, files)
    run = staging.client.create_run(experiment).info.run_id
    return register(staging.client, "churn", model, run, LINEAGE), public


def cross(staging: Staging, target: servers.Server, tmp_path: Path) -> None:
    """Take a version across by a process that reads here and writes there; promote it there."""
    version, public = registered(staging, tmp_path)
    writer = client(target, "deploy", "write")  # a second credential of one name ends the first
    moved = transfer(staging.client, writer, "churn", version, public)
    reader = client(target, "viewer", "read")
    there, here = (
        reader.get_model_version("churn", moved),
        staging.client.get_model_version("churn", version),
    )
    assert there.tags["origin.version"] == version
    assert there.tags["origin.run_id"] == here.run_id
    assert there.tags["data_version"] == "2e"
    with files_of(reader, there) as folder:
        assert signing.verify(folder, public)
    passed = tuple(Verdict(name, True, "it is so", {"figure": 1.0}) for name in CRITERIA)
    desk = Promotion(writer, "churn", tmp_path)
    digest, champion = there.tags["digest"], desk.version_of("champion")
    decision = Decision(passed, tuple(CRITERIA), digest, champion)
    desk.record(moved, decision)
    assert desk.promote(moved, "Ada", "the first").state == "done"
    assert reader.get_model_version_by_alias("churn", "champion").version == moved
    # The next one follows, disappoints, and one call brings the first back.
    after = transfer(staging.client, writer, "churn", version, public)
    desk.record(after, replace(decision, compared_with=moved))
    desk.promote(after, "Ada", "the next")
    assert reader.get_model_version_by_alias("churn", "champion").version == after
    assert desk.rollback("Bo", "complaints").version == moved
    assert reader.get_model_version_by_alias("churn", "champion").version == moved


def test_a_version_gets_from_staging_to_the_server(
    production: servers.Server,
    staging: Staging,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    cross(staging, production, tmp_path)
    # No credential on the screen, which ends in somebody's log.
    assert "@127.0.0.1" not in "".join(capfd.readouterr())
    # What somebody changed on the way stays out, and nothing of it is left in production.
    version, public = registered(staging, tmp_path / "next")
    files = staging.folder / servers.ARTIFACTS
    newest = max(files.rglob("weights.txt"), key=lambda file: file.stat().st_mtime_ns)
    newest.write_text("0")
    there = client(production, "deploy", "write")
    before = len(there.search_model_versions("name = 'churn'"))
    with pytest.raises(TransferError, match="signature does not fit"):
        transfer(staging.client, there, "churn", version, public)
    assert len(there.search_model_versions("name = 'churn'")) == before


def test_the_process_of_staging_cannot_write_in_production(
    production: servers.Server, staging: Staging, tmp_path: Path
) -> None:
    owner = client(production, "owner", "write")
    if not owner.search_registered_models("name = 'churn'"):
        cross(staging, production, tmp_path)
    token = access.grant(staging.folder, "staging", "write")
    reading = access.grant(production.folder, "curious", "read")
    names = [model.name for model in owner.search_registered_models()]
    addresses = {
        production.address: "UNAUTHENTICATED",
        production.address_of("staging", token): "UNAUTHENTICATED",
        production.address_of("curious", reading): "PERMISSION_DENIED",
    }
    done = subprocess.run(
        [sys.executable, "-c", TRY, *addresses],
        capture_output=True, text=True, check=True, env=known.environment(),
    )  # fmt: skip
    assert done.stdout.split() == list(addresses.values())
    assert [model.name for model in owner.search_registered_models()] == names
    asked = access.requests(production.folder)
    turned_away = [one.who for one in asked if one.refused and one.wanted == "write"]
    assert turned_away == ["", "", "curious"]
    # Neither are the files behind the registry open to who has no credential for it.
    address = production.address
    with pytest.raises(MlflowException, match="does not know who you are"):
        MlflowClient(address, address).get_model_version("churn", "1")


def test_an_environment_of_the_pipeline_cannot_use_the_model_of_another(
    production: servers.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    address = production.address_of("owner", access.grant(production.folder, "owner", "write"))

    def stores(name: str, **changes: str) -> Stores:
        config = load_config(
            name, changes={"model": "piped", **changes}, variables={"URL": address}
        )
        return Stores(config, tmp_path)

    there = {"registry": "${URL}"}
    stores("prod", **there).claim()
    stores("prod", **there).require()
    # Staging is set up, with a registry of its own, until somebody changes its settings.
    here = stores("staging")
    here.root.mkdir()
    shutil.copyfile(mlflow_store.empty(), here.root / REGISTRY)
    here.claim()
    here.require()
    with pytest.raises(JobError) as error:
        run_job(stores("staging", **there), "train", "2024-08-31")
    assert str(error.value) == (
        "train: the model piped in the registry belongs to prod, not to staging"
    )
    # And with the credential gone, or the server: one sentence as well, and no secret in it.
    for url in (production.address, "http://127.0.0.1:9"):
        with pytest.raises(JobError, match=r"^train: ") as error:
            run_job(stores("prod", registry=url), "train", "2024-08-31")
        assert "\n" not in str(error.value)


def stand_in(folder: Path, code: str) -> servers.Server:
    """A server of which only the process is another one, which costs nothing."""
    with (folder / servers.LOG).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=log, stderr=log,
            start_new_session=True, env=known.environment(),
        )  # fmt: skip
    return servers.Server(folder, "http://127.0.0.1:9", process)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    server = stand_in(tmp_path, "raise SystemExit('no such database')")
    with pytest.raises(servers.ServerError, match="has ended: no such database"):
        server.wait()
    server.stop()
    deaf = stand_in(tmp_path, "import sys; sys.stdin.read()")
    with pytest.raises(servers.ServerError, match="no answer within 0 seconds: it said nothing"):
        deaf.wait(patience=0)
    assert deaf.process.poll() == 0


def test_a_server_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    server = stand_in(tmp_path, "import time; time.sleep(600)")
    server.stop(patience=0.1)
    server.stop()
    assert server.process.returncode == -signal.SIGKILL


#: Starts what waits as a server does for the end of its standard input.
STARTER = """
import subprocess, sys, time
command = [sys.executable, "-c", "from churn.registry import access; access._end_with_stdin()"]
server = subprocess.Popen(command, stdin=subprocess.PIPE)
print(server.pid, flush=True)
time.sleep(600)
"""


def test_a_server_does_not_outlive_the_one_who_started_it() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER], stdout=subprocess.PIPE, text=True, env=known.environment()
    )
    assert starter.stdout is not None
    server = int(starter.stdout.readline())
    assert _runs(server)
    starter.send_signal(signal.SIGKILL)  # it can clean up nothing
    starter.wait()
    starter.stdout.close()
    while _runs(server):
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    # Nobody may wait for an orphan in a container: it has ended all the same.
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.needs("postgresql")
def test_production_stands_on_postgresql(
    production: servers.Server, staging: Staging, tmp_path: Path
) -> None:
    owner = client(production, "owner", "write")
    if not owner.search_registered_models("name = 'churn'"):
        cross(staging, production, tmp_path)
    assert not (production.folder / servers.DATABASE).exists()
    assert (staging.folder / servers.DATABASE).exists()
