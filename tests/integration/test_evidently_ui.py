"""Evidently's workspace in a browser: what the lesson on monitoring starts and asks only by HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
import pytest

from browser import PATIENCE, Browser
from coursekit.environment import known
from coursekit.environment.ports import free_port

pytestmark = pytest.mark.needs("chromium")


#: Made as in the lesson: one project, a panel and runs. Prints the project's id.
MAKE = """
import sys
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.metrics import MeanValue
from evidently.sdk.models import PanelMetric
from evidently.sdk.panels import line_plot_panel
from evidently.tests import lte
from evidently.ui.workspace import Workspace

dashboards = Workspace.create(sys.argv[1])
project = dashboards.create_project("churn")
panel = PanelMetric(metric="MeanValue", metric_labels={"column": "probability"})
project.dashboard.add_panel(line_plot_panel("Mean score", [panel]))
for name, day, mean in (("2025-04", "2025-05-01", 0.1), ("2025-05", "2025-06-01", 0.3)):
    scores = pd.DataFrame({"probability": [mean - 0.1, mean, mean + 0.1]})
    data = Dataset.from_pandas(scores, DataDefinition(numerical_columns=["probability"]))
    report = Report([MeanValue(column="probability", tests=[lte(0.12)])], include_tests=True)
    run = report.run(data, None, timestamp=pd.Timestamp(day))
    dashboards.add_run(project.id, run, name=name)
print(project.id)
"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Evidently's folder, and the id of the project in it."""
    folder = tmp_path_factory.mktemp("evidently")
    made = subprocess.run(
        [sys.executable, "-c", MAKE, str(folder)],
        env=known.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, made.stdout.split()[-1]


@pytest.fixture(scope="module")
def ui(workspace: tuple[Path, str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of the UI, started with the words of the lesson, and its process."""
    port = free_port()
    program = [sys.executable, "-m", "evidently.cli", "ui", "--port", str(port)]
    server = subprocess.Popen(
        [*program, "--workspace", str(workspace[0])],
        env=known.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urlopen(f"{address}/api/projects", timeout=PATIENCE).close()
                break
            except OSError:
                assert server.poll() is None, "the UI has ended"
                assert time.monotonic() < deadline, "the UI does not answer"
                time.sleep(0.2)
        yield address, server
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def elsewhere(browser: Browser, address: str) -> list[str]:
    """What the page asked of others; data in the page itself is none."""
    here = urlsplit(address).netloc
    asked = (url for url in browser.requests if urlsplit(url).scheme in ("http", "https", "ws"))
    return [url for url in asked if urlsplit(url).netloc != here]


def test_a_person_sees_the_project_its_panel_and_its_runs(
    browser: Browser, ui: tuple[str, object], workspace: tuple[Path, str]
) -> None:
    address, project = ui[0], f"/projects/{workspace[1]}"
    pages = {
        "": ["churn"],
        project: ["Mean score", "0.30"],
        f"{project}/reports": ["2025-04", "2025-05"],
    }
    for page, words in pages.items():
        browser.open(f"{address}{page}")
        for word in words:
            browser.wait_for_text(word)
        assert browser.errors == []
        assert browser.requests
        assert elsewhere(browser, address) == []


def test_it_listens_on_this_machine_only(ui: tuple[str, subprocess.Popen[bytes]]) -> None:
    process = psutil.Process(ui[1].pid)
    found = [
        one.laddr.ip
        for each in (process, *process.children(recursive=True))
        for one in each.net_connections(kind="inet")
        if one.status == psutil.CONN_LISTEN
    ]
    assert found
    assert set(found) <= {"127.0.0.1", "::1"}
