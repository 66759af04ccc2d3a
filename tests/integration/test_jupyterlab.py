"""`course lab` opens the start page, and the MLflow tile leads to a live MLflow UI."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mlflow
import psutil
import pytest

from browser import Browser
from coursecli.main import START_PAGE
from coursekit import paths
from coursekit.environment import mlflow_store, tiles
from coursekit.environment.ports import free_port

#: Seconds to wait for a server under load; a server that is up answers at once.
PATIENCE = 500


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def wait_for(url: str, server: subprocess.Popen[bytes] | None = None) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return fetch(url)
        except OSError:
            ended = server is not None and server.poll() is not None
            if ended or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspaces of a course in which one lesson has run."""
    folder = tmp_path_factory.mktemp("lab")
    leave_a_store(folder, "one")
    return folder


def leave_a_store(folder: Path, lesson: str, experiment: str | None = None) -> None:
    """What a lesson leaves that has just begun."""
    place = folder / lesson
    mlflow_store.set_aside(place)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    uri = mlflow_store.uri(mlflow_store.begin(place))
    mlflow.MlflowClient(uri).create_experiment(experiment or lesson)


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[tuple[str, str]]:
    port, token = free_port(), "for-the-test"
    environment = dict(
        os.environ,
        JUPYTER_TOKEN=token,
        COURSE_WORKSPACE=str(folder),
        JUPYTER_CONFIG_DIR=str(folder),
    )
    command = [sys.executable, "-m", "coursecli.main", "lab", "--no-browser", "--port", str(port)]
    log = (folder / "log").open("w")
    server = subprocess.Popen(
        command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server)
        yield f"http://127.0.0.1:{port}", f"token={token}"
    finally:
        # The whole session: JupyterLab and the servers behind its tiles, which may have left it.
        family = psutil.Process(server.pid).children(recursive=True)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=PATIENCE)
        for one in psutil.wait_procs(family, timeout=5)[1]:
            one.kill()
        log.close()


def test_it_opens_on_the_start_page(lab: tuple[str, str]) -> None:
    url, token = lab
    with urllib.request.urlopen(f"{url}/?{token}", timeout=PATIENCE) as answer:
        assert answer.url.partition("?")[0] == f"{url}/lab/tree/my_notebooks/{START_PAGE}"
    copy = paths.course_root() / "my_notebooks" / START_PAGE
    assert copy.read_bytes() == (paths.course_root() / START_PAGE).read_bytes()


def test_nothing_looks_outside(lab: tuple[str, str]) -> None:
    url, token = lab
    page = fetch(f"{url}/lab?{token}")
    found = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S)
    assert found
    settings = json.loads(found[1])
    assert settings["news"]["disabled"] is True
    assert not [v for v in settings.values() if isinstance(v, str) and v.startswith("https://")
                and "cdn" in v and settings.get("fullMathjaxUrl") != v]  # fmt: skip


def test_the_tile_is_in_the_launcher_and_leads_to_mlflow(lab: tuple[str, str]) -> None:
    url, token = lab
    entries = json.loads(fetch(f"{url}/server-proxy/servers-info?{token}"))["server_processes"]
    tile = next(entry for entry in entries if entry["name"] == "mlflow")
    assert tile["launcher_entry"]["title"] == "MLflow"
    assert tile["launcher_entry"]["enabled"] is True
    assert "<title>MLflow</title>" in wait_for(f"{url}/mlflow/?{token}")
    # The page finds its own scripts under the proxy's prefix.
    found = re.search(r'src="([^"]+\.js)"', fetch(f"{url}/mlflow/?{token}"))
    assert found
    assert fetch(f"{url}/mlflow/{found[1].removeprefix('/mlflow/')}?{token}")
    assert experiments(url, token) == {"one"}


def experiments(url: str, token: str) -> set[str] | None:
    address = f"{url}/mlflow/ajax-api/2.0/mlflow/experiments/search?max_results=100&{token}"
    try:
        found = json.loads(fetch(address)).get("experiments", [])
    except (OSError, json.JSONDecodeError):
        return None  # the server is being started anew
    return {experiment["name"] for experiment in found} - {"Default"}  # made by the server


@pytest.mark.needs("chromium")
def test_the_tile_shows_runs_and_no_banner(lab: tuple[str, str], tmp_path: Path) -> None:
    url, token = lab
    wait_for(f"{url}/mlflow/?{token}")
    with Browser(tmp_path / "profile") as browser:
        browser.open(f"{url}/mlflow/?{token}")
        browser.wait_for("document.body.innerText.includes('Experiments')")
        shown = str(browser.evaluate("document.body.innerText"))
        assert browser.evaluate("location.hash").startswith("#/experiments")
    for unwanted in ("usage data", "Ask a question", "Prompts"):
        assert unwanted not in shown


@pytest.mark.parametrize(("lesson", "experiment"), [("one", "one again"), ("another", "another")])
def test_the_tile_follows_the_notebooks(
    lab: tuple[str, str], folder: Path, lesson: str, experiment: str
) -> None:
    """A store made anew in the same place is shown, and so is one in another place."""
    url, token = lab
    leave_a_store(folder, lesson, experiment)
    deadline = time.monotonic() + PATIENCE
    while experiments(url, token) != {experiment} and time.monotonic() < deadline:
        time.sleep(1)
    assert experiments(url, token) == {experiment}


def test_the_newest_store_is_shown(tmp_path: Path) -> None:
    old, new = tmp_path / "a" / "mlflow.db", tmp_path / "b" / "c" / "mlflow.db"
    for store, age in ((old, 100), (new, 0)):
        store.parent.mkdir(parents=True)
        store.touch()
        os.utime(store, (time.time() - age,) * 2)
    assert tiles.newest_store(tmp_path) == new
    assert tiles.newest_store(tmp_path / "a") == old


def test_without_a_store_an_empty_one_is_shown(tmp_path: Path) -> None:
    store = tiles.newest_store(tmp_path)
    assert store == paths.course_root() / ".course" / "mlflow-ui.db"
    assert store.is_file()
