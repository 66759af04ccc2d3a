"""A run that leaves something in the checkout says so, and is red in CI."""

import subprocess
from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]
TEST = """
from pathlib import Path
def test_it(pytestconfig): (pytestconfig.rootpath / "{name}").mkdir()
"""
Run = Callable[[str, str], pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a test that makes a folder of a name, with a value of ``CI``."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def in_repository(name: str, ci: str) -> pytest.RunResult:
        monkeypatch.setenv("CI", ci)
        subprocess.run(["git", "init", "-q", "."], cwd=pytester.path, check=True)
        (pytester.path / ".gitignore").write_text("__pycache__/\nworkspace/\n")
        (pytester.path / "mine").mkdir()
        pytester.makepyfile(TEST.format(name=name))
        return pytester.runpytest_inprocess("-p", "untouched")

    return in_repository


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)])
def test_an_empty_folder_is_named(run: Run, ci: str, code: int) -> None:
    done = run("file:", ci)
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["left in the checkout while tests ran: file:/"])
    assert done.ret == code


def test_what_git_ignores_and_what_was_there_is_not(run: Run) -> None:
    done = run("workspace", "true")
    done.stdout.no_fnmatch_line("left in the checkout*")
    assert done.ret == 0
