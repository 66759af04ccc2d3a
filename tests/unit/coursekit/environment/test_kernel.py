"""A kernel of the course in the home of somebody who works otherwise: nothing of theirs gets in."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from coursekit.environment import switches

PATIENCE = 300
IPYTHON = """
c.InteractiveShell.ast_node_interactivity = "all"
c.InteractiveShellApp.exec_lines = ["leaked = 1"]
"""
#: Signed commits without a key, other line ends, no tables, and what Git itself refuses to read.
GIT = r"""
[user]
    name = Owner
[commit]
    gpgsign = true
[core]
    autocrlf = true
    excludesFile = {home}/ignored
    hooksPath = {home}
[init]
    defaultBranch = theirs
"""
ODD_ESCAPE = "[alias]\n    odd = a\\qb\n"
DVC = (
    "[core]\n    remote = theirs\n    autostage = true\n['remote \"theirs\"']\n    url = /nowhere\n"
)

#: What is asked in one cell: settings of the kernel, then what Git and DVC do in a folder "Übung".
CELL = """
import json, locale, os, pathlib, sys, tempfile, time, yaml
from coursekit.shell import run
os.environ["DVC_SITE_CACHE_DIR"] = os.path.abspath("site cache")
folder = pathlib.Path("Übung").absolute()
folder.mkdir()
run("git init -q", folder)
branch = run("git symbolic-ref --short HEAD", folder).strip()
run("dvc init -q", folder)
run("dvc remote add -q --default storage '" + str(folder.parent / "Lager für Daten") + "'", folder)
(folder / "data.csv").write_bytes(b"a\\n")
(folder / "notes.txt").write_bytes(b"a\\n")
run("dvc add -q data.csv", folder)
staged = run("git diff --cached --name-only", folder).split()
run("git add .", folder)
run("git commit -q -m first", folder)
(folder / "notes.txt").unlink()
run("git checkout -q notes.txt", folder)
seen = {
    "interactivity": get_ipython().ast_node_interactivity,
    "startup": "leaked" in globals(),
    "modules": yaml.__file__.startswith(sys.prefix),
    "asserts": __debug__,
    "settings": sorted(name for name in os.environ if name in SETTINGS and os.environ[name]),
    "clock": (time.tzname[0], time.strftime("%Z")),
    "text": (locale.getpreferredencoding(False), sys.flags.utf8_mode),
    "temporary": tempfile.gettempdir().isascii(),
    "branch": branch,
    "staged by DVC": "data.csv.dvc" in staged,
    "author": run("git log --format=%an", folder).strip(),
    "line ends": (folder / "notes.txt").read_bytes(),
    "in Git": sorted(run("git ls-files", folder).split()),
    "messages": run("git status", folder).split("\\n")[-2],
    "pushed": run("dvc push", folder).strip(),
}
seen
"""
EXPECTED = {
    "interactivity": "last_expr",
    "startup": False,
    "modules": True,
    "asserts": True,
    "settings": [],
    "clock": ("UTC", "UTC"),
    "text": ("utf-8", 1),
    "temporary": True,
    "branch": "master",
    "staged by DVC": False,
    "author": "Telco",
    "line ends": b"a\n",
    "in Git": [
        *(".dvc/.gitignore", ".dvc/config", ".dvcignore", ".gitignore", "data.csv.dvc"),
        "notes.txt",
    ],
    "messages": "nothing to commit, working tree clean",
    "pushed": "1 file pushed",
}


def owners(home: Path) -> dict[str, str]:
    """The environment of somebody whose home is full of settings; they are written there."""
    elsewhere = home / "elsewhere"
    temporary = home / "Ablage für kurze Zeit"
    for folder in (elsewhere, temporary, home / ".ipython/profile_default/startup", home / ".config/dvc"):  # fmt: skip
        folder.mkdir(parents=True)
    (elsewhere / "yaml.py").write_text("")
    (elsewhere / "start.py").write_text("leaked = 1\n")
    (home / ".ipython/profile_default/ipython_config.py").write_text(IPYTHON)
    (home / ".ipython/profile_default/startup/00.py").write_text("leaked = 1\n")
    (home / ".gitconfig").write_text(GIT.format(home=home))
    (home / "ignored").write_text("*.txt\n*.dvc\n")
    (home / ".config/dvc/config").write_text(DVC)
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(elsewhere),
        "PYTHONSTARTUP": str(elsewhere / "start.py"),
        "PYTHONOPTIMIZE": "1",
        "TMPDIR": str(temporary),
        "TZ": "Asia/Kolkata",
        "LC_ALL": "C",
        "LANGUAGE": "de",
        "MLFLOW_TRACKING_URI": "https://mlflow.example",
        "MLFLOW_RUN_ID": "theirs",
        "GIT_DIR": "/nowhere",
        "GIT_AUTHOR_NAME": "Owner",
        "PIP_TARGET": "/nowhere",
        "UV_SYSTEM_PYTHON": "1",
    }


def answers(client: BlockingKernelClient, code: str) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    client.execute_interactive(code, timeout=PATIENCE, output_hook=told.append)
    return told


def ask(client: BlockingKernelClient, code: str) -> Any:
    told = answers(client, code)
    errors = [message["content"]["evalue"] for message in told if message["msg_type"] == "error"]
    assert not errors
    results = [m["content"]["data"] for m in told if m["msg_type"] == "execute_result"]
    return ast.literal_eval(results[-1]["text/plain"])


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[BlockingKernelClient, Path]]:
    """A kernel that an editor of the owner's has started: not by way of ``course``."""
    folder = tmp_path_factory.mktemp("k")
    environment = owners(folder / "home")
    manager, client = start_new_kernel(PATIENCE, "python3", cwd=str(folder), env=environment)
    try:
        yield client, folder
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def seen(started: tuple[BlockingKernelClient, Path]) -> dict[str, object]:
    client, _ = started
    settings = {"MLFLOW_TRACKING_URI", "MLFLOW_RUN_ID", "GIT_DIR", "GIT_AUTHOR_NAME", "PYTHONPATH",
                "PYTHONSTARTUP", "PIP_TARGET", "UV_SYSTEM_PYTHON", "TMPDIR"}  # fmt: skip
    found: dict[str, object] = ask(client, f"SETTINGS = {settings}\n{CELL}")
    return found


@pytest.mark.needs("posix")
@pytest.mark.parametrize("what", EXPECTED)
def test_a_kernel_does_not_hear_of_its_owners_ways(seen: dict[str, object], what: str) -> None:
    assert seen[what] == EXPECTED[what]


@pytest.mark.needs("posix")
def test_git_does_not_read_a_file_that_it_would_refuse(
    started: tuple[BlockingKernelClient, Path], seen: dict[str, object]
) -> None:
    client, folder = started
    with (folder / "home/.gitconfig").open("a") as file:
        file.write(ODD_ESCAPE)
    code = "new = folder / 'new'\nnew.mkdir()\nrun('git init -q', new), run('dvc init -q', new)"
    assert ask(client, f"{code}, run('dvc status', new)")[:2] == ("", "")


SHARED = "import ast, copy; node = ast.parse('a').body[0].value; "


@pytest.mark.needs("posix")
def test_after_an_error_a_copy_of_a_syntax_tree_is_no_copy_of_others(
    started: tuple[BlockingKernelClient, Path],
) -> None:
    """What ``import feast`` does hundreds of times; it took minutes after a learner's first error."""
    client, _ = started
    assert any(m["msg_type"] == "error" for m in answers(client, "import json\njson.loads('{')"))
    # If this fails, the mend is no longer needed.
    assert ask(client, f"{SHARED} hasattr(node.ctx, 'parent')") is True
    assert ask(client, f"{SHARED} copy.deepcopy(node).ctx is node.ctx") is True
    assert ask(client, f"{SHARED} copy.deepcopy(node) is not node") is True


def test_packages_in_the_owners_home_are_not_the_courses(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a conda environment, where Python would take them first."""
    theirs = "/home/owner/.local/lib/python3.12/site-packages"
    monkeypatch.setattr("site.ENABLE_USER_SITE", True)
    monkeypatch.setattr("site.USER_SITE", theirs)
    monkeypatch.setattr(sys, "path", [theirs, *sys.path])
    monkeypatch.delenv("PYTHONNOUSERSITE", raising=False)
    switches.apply()
    assert theirs not in sys.path
    assert os.environ["PYTHONNOUSERSITE"] == "1"
