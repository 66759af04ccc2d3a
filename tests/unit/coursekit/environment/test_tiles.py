"""The launcher's tile: what JupyterLab starts, and which store it shows."""

import os
import shutil
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import mlflow
import pytest

from coursekit import paths
from coursekit.environment import mlflow_store, tiles


def test_the_tile_is_registered_and_starts_this_module() -> None:
    project = tomllib.loads((paths.course_root() / "pyproject.toml").read_text())["project"]
    named = project["entry-points"]["jupyter_serverproxy_servers"]["mlflow"]
    module, _, function = named.partition(":")
    tile = getattr(import_module(module), function)()
    assert tile["command"][:3] == [sys.executable, "-m", tiles.__name__]
    assert Path(tile["launcher_entry"]["icon_path"]).is_file()


def test_its_words_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, str]] = []

    def serve(port: str, prefix: str) -> int:
        started.append((port, prefix))
        return 0

    monkeypatch.setattr(tiles, "serve", serve)
    words = [word.format(port=4711, base_url="/lab/") for word in tiles.mlflow()["command"][3:]]
    assert tiles.main(words) == 0
    assert started == [("4711", "/lab/mlflow")]


def test_the_server_listens_on_loopback_only() -> None:
    command = tiles.mlflow_command(Path("store.db"), "4711", "/mlflow")
    options = dict(zip(command[4::2], command[5::2], strict=True))
    assert options["--host"] == "127.0.0.1"
    assert options["--backend-store-uri"] == f"sqlite:///{Path('store.db').resolve()}"


@pytest.mark.parametrize(
    ("runs", "place"), [(True, "/experiments/1/runs"), (False, "/experiments")]
)
def test_the_page_opens_on_the_newest_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: bool, place: str
) -> None:
    store = tmp_path / "mlflow.db"
    shutil.copyfile(mlflow_store.empty(), store)
    client = mlflow.MlflowClient(f"sqlite:///{store}")
    experiment = client.create_experiment("churn", (tmp_path / "artifacts").as_uri())
    if runs:
        client.create_run("0", start_time=1)
        client.create_run(experiment, start_time=2)
    monkeypatch.setattr(tiles, "newest_store", lambda: store)
    page = SimpleNamespace(
        headers={"Content-Type": "text/html; charset=utf-8"}, body=b"<head></head>"
    )
    tiles.open_on_runs(page)
    assert f'location.replace("#{place}")'.encode() in page.body
    assert b'"mlflow.workflowType_v1": "machine_learning"' in page.body
    script = SimpleNamespace(headers={"Content-Type": "text/javascript"}, body=b"'<head>'")
    tiles.open_on_runs(script)
    assert script.body == b"'<head>'"


def test_a_store_that_is_being_made_has_no_runs(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").touch()
    assert tiles.newest_experiment(tmp_path / "mlflow.db") is None
    assert tiles.newest_experiment(tmp_path / "gone.db") is None


def test_the_store_written_last_is_shown_also_while_another_is_made_anew(tmp_path: Path) -> None:
    for age, name in enumerate("ab"):
        store = tmp_path / name / "mlflow.db"
        store.parent.mkdir()
        store.touch()
        os.utime(store, (1000 - age, 1000 - age))
    assert tiles.newest_store(tmp_path) == tmp_path / "a" / "mlflow.db"
    (tmp_path / "a" / "mlflow.db").unlink()
    (tmp_path / "a" / "mlflow.db").symlink_to(tmp_path / "gone")
    assert tiles.newest_store(tmp_path) == tmp_path / "b" / "mlflow.db"
