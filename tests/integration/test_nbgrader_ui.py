"""nbgrader in JupyterLab, as an instructor and a learner see it: formgrader and Validate."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from browser import PATIENCE, Browser
from coursekit.environment.ports import free_port
from grader.course import Course
from grader.cycle.release import generate
from grader.cycle.samples import fill_in, solutions
from grader.engines.stock import StockEngine
from grader.outcomes import Submission
from tiny_lab import LAB, make_course, tiny_lab

pytestmark = pytest.mark.needs("chromium")

VALIDATE = (
    "[...document.querySelectorAll('.jp-NotebookPanel-toolbar button, "
    ".jp-NotebookPanel-toolbar jp-button')].find(e => e.textContent.trim() === 'Validate')"
)
KERNEL_IDLE = (
    "document.querySelector('.jp-NotebookPanel .jp-Notebook-ExecutionIndicator')"
    ".dataset.status === 'idle'"
)
RUBRIC = """
from coursekit.checks import Rubric
rubric = Rubric(points=1)
with rubric.check("nothing"):
    pass
with rubric.check("one and two"):
    assert add(1, 2) == 3
rubric.total()
"""
DIALOG = "document.querySelector('.jp-Dialog-content')"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and what it serves."""

    course: Course
    address: str
    token: str
    pictures: Path

    def url(self, path: str) -> str:
        return f"{self.address}/{path}?token={self.token}"


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on this machine only, on a free port, without anybody's own settings."""
    scratch = tmp_path_factory.mktemp("jupyter")
    course = Course(make_course(tmp_path_factory.mktemp("course")))
    generate(course, LAB)
    port = free_port()
    token = secrets.token_hex(16)
    own = {f"JUPYTER_{name}_DIR": str(scratch / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.root_dir={course.root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (scratch / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=course.root,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | own | {"JUPYTER_TOKEN": token},
        )
    try:
        lab = Lab(course, f"http://127.0.0.1:{port}", token, scratch / "pictures")
        _wait_until_up(server, lab, scratch / "log")
        yield lab
    finally:
        server.terminate()
        try:
            # Sometimes it hangs once its kernels are shut down (jupyterlab/jupyterlab#10442). What it
            # still has when it is killed ends with it: a kernel watches its parent.
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


def _wait_until_up(server: "subprocess.Popen[bytes]", lab: Lab, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(lab.url("api"), timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _foreign(browser: Browser, lab: Lab) -> list[str]:
    own = (lab.address, lab.address.replace("http", "ws", 1), "data:", "blob:", "about:")
    return [address for address in browser.requests if not address.startswith(own)]


def test_formgrader_lists_the_lab(jupyterlab: Lab, browser: Browser) -> None:
    browser.open(jupyterlab.url("formgrader"))
    browser.wait_for(f"[...document.querySelectorAll('td a')].some(e => e.text === '{LAB}')")
    browser.screenshot(jupyterlab.pictures / "formgrader.png")
    assert browser.evaluate("document.querySelector('h1').innerText") == "nbgrader"
    assert browser.errors == []
    assert _foreign(browser, jupyterlab) == []


def test_a_submission_is_read_with_formulas_and_without_network(
    jupyterlab: Lab, browser: Browser
) -> None:
    course = jupyterlab.course
    notebook = _as_handed_out(course)
    notebook.cells.append(new_markdown_cell(r"A formula: $\frac{1}{2}$"))
    folder = course.submitted("ada", LAB)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{LAB}.ipynb")
    assert (
        StockEngine(course, cell_seconds=300).grade(Submission("ada", LAB, folder)).status
        == "graded"
    )
    with course.gradebook() as gradebook:
        number = gradebook.find_submission_notebook(LAB, LAB, "ada").id
    browser.open(jupyterlab.url(f"formgrader/submissions/{number}"))
    browser.wait_for("document.querySelector('.MathJax .mfrac') !== null")
    browser.screenshot(jupyterlab.pictures / "formgrade.png")
    # MathJax tries with an empty address whether the browser loads fonts at all.
    assert [error for error in browser.errors if "about:blank" not in error] == []
    assert _foreign(browser, jupyterlab) == []


@pytest.mark.parametrize(
    ("solved", "expected"),
    [
        pytest.param(False, "✘ one and two: nothing is written here yet", id="as handed out"),
        pytest.param(True, "Success! Your notebook passes all the tests.", id="solved"),
    ],
)
def test_validate_button(jupyterlab: Lab, browser: Browser, solved: bool, expected: str) -> None:
    notebook = _as_handed_out(jupyterlab.course)
    if solved:
        notebook = fill_in(notebook, solutions(tiny_lab()))
    path = jupyterlab.course.root / f"learner_{solved}.ipynb"
    nbformat.write(notebook, path)
    # A workspace of its own: JupyterLab would open the notebooks of the last one beside it.
    browser.open(jupyterlab.url(f"lab/workspaces/{path.stem}/tree/{path.name}"))
    browser.wait_for(KERNEL_IDLE)
    browser.click(VALIDATE)
    browser.wait_for(f"{DIALOG}.innerText.includes({expected!r})")
    browser.screenshot(jupyterlab.pictures / f"validate_{solved}.png")
    said = browser.evaluate(f"{DIALOG}.innerText")
    assert said.startswith("Validation Results")
    assert ("add-test: this test does not pass" in said) is not solved  # not nbgrader's own words
    assert browser.errors == []
    assert _foreign(browser, jupyterlab) == []


def _as_handed_out(course: Course) -> NotebookNode:
    path = course.released(LAB) / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id == "add-test":
            cell.source = RUBRIC
            cell.metadata.nbgrader.pop("checksum", None)
    nbformat.write(notebook, path)
    return notebook
