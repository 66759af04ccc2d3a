"""Workflows of GitHub Actions on a machine of one's own: which jobs an event starts, and their steps.

    python -m coursekit.readiness.workflows VARIABLES REF OLD NEW      # as Git's hook `update` calls it

A workflow is a YAML file in a repository: which events trigger it, and the steps of its jobs. What a
step has under ``run`` is run here as GitHub runs it, by bash, in the files of the commit; a job ends
at the first step that fails. What a step ``uses`` (check out, set up) is taken as done, and of
GitHub's expressions only two forms are known: ``github.NAME == 'text'`` as a condition and
``${{ matrix.NAME }}`` in a variable. Anything else is refused, never guessed.
"""

from __future__ import annotations

import fnmatch
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coursekit.environment import known
from coursekit.readiness.delivery import DELETED, take_out

FOLDER = Path(".github/workflows")
#: How GitHub runs a step whose shell is bash.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
_CONDITION = re.compile(r"github\.(\w+) == '([^']*)'")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_EXPRESSION = re.compile(r"\$\{\{ matrix\.(\w+) \}\}")


class WorkflowError(ValueError):
    """A workflow says something that is not known here; with one sentence."""


class StepError(RuntimeError):
    """A step failed; the message is its name and the last lines of what it printed."""


@dataclass(frozen=True)
class Event:
    """What triggers workflows: its name, and the ref that it is about."""

    name: str
    ref: str

    @property
    def facts(self) -> dict[str, str]:
        """What a condition can ask for, as GitHub calls it."""
        kind = "tag" if self.ref.startswith("refs/tags/") else "branch"
        return {"event_name": self.name, "ref": self.ref, "ref_type": kind}


@dataclass(frozen=True)
class Step:
    """One ``run`` of a job: its commands, and the variables that the workflow gives it."""

    job: str
    name: str
    run: str
    env: Mapping[str, str]


def event_of(ref: str) -> Event:
    """What a push means in a team: to a branch of one's own, a pull request into ``main``."""
    own_branch = ref.startswith("refs/heads/") and ref != "refs/heads/main"
    return Event("pull_request" if own_branch else "push", ref)


def steps(text: str, event: Event, own: Mapping[str, str] | None = None) -> list[Step]:
    """The steps with ``run`` of the jobs that an event starts, in the order of the file.

    Args:
        text: of the workflow.
        event: what happened.
        own: variables of this machine, in place of the workflow's of the same name.

    Raises:
        WorkflowError: for what is not known here.
    """
    workflow = yaml.safe_load(text)
    # YAML 1.1 reads the word `on` as true.
    if not _triggered(workflow.get("on", workflow.get(True)), event):
        return []
    shell = workflow.get("defaults", {}).get("run", {}).get("shell")
    if shell != "bash":
        raise WorkflowError("a workflow says `shell: bash` in its defaults, or it is not run here")
    found = []
    for name, job in workflow["jobs"].items():
        if "if" in job and not _holds(job["if"], event):
            continue
        for matrix in _combinations(job.get("strategy", {}).get("matrix", {})):
            for step in job["steps"]:
                if "run" not in step:
                    continue
                if "if" in step:
                    raise WorkflowError("a condition of a step is not known here")
                env = {**workflow.get("env", {}), **job.get("env", {}), **step.get("env", {})}
                filled = {key: _filled(str(value), matrix) for key, value in env.items()}
                filled |= {key: value for key, value in (own or {}).items() if key in filled}
                found.append(Step(name, step.get("name", step["run"]), step["run"], filled))
    return found


def run(step: Step, folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a step in a folder and return what it printed.

    Raises:
        StepError: if it fails.
    """
    # Each step has the Python that runs this first on its path, as set-up would have left it.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*BASH, step.run],
        cwd=folder,
        env=known.environment(environment or {}, step.env, {"PATH": path}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    # A kernel asks what it starts for colors.
    printed, errors = (_COLOR.sub("", text) for text in (done.stdout, done.stderr))
    if done.returncode:
        lines = [line for line in (printed + errors).splitlines() if line.strip()]
        raise StepError(f"{step.job}: {step.name}: {_why(lines) or 'it does not say why'}")
    return printed


def install_hook(repository: Path, own: Mapping[str, str]) -> Path:
    """Have a bare repository run its workflows before it takes a push; returns the hook's file.

    Args:
        repository: the repository.
        own: variables of this machine, see :func:`steps`.
    """
    hook = repository / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    given = repository / "variables.json"
    given.write_text(json.dumps(dict(own)), encoding="utf-8")
    hook.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -m {__spec__.name} "{given.resolve()}" "$@"\n',
        encoding="utf-8",
    )
    hook.chmod(0o755)
    return hook


def update(own: Mapping[str, str], ref: str, new: str, say: Callable[[str], None] = print) -> None:
    """What the hook does for one ref that somebody pushes: the steps that it triggers.

    Raises:
        StepError: if one fails, or nothing may be deleted: the push is to be refused.
    """
    if new == DELETED:
        raise StepError("delete: what was pushed stays")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        take_out(new, folder)
        for file in sorted((folder / FOLDER).glob("*.yml")):
            for step in steps(file.read_text(encoding="utf-8"), event_of(ref), own):
                printed = run(step, folder)
                say(f"✔ {step.job}: {step.name}")
                for line in printed.splitlines():
                    say(f"✔   {line}")


def _triggered(events: Any, event: Event) -> bool:
    if not isinstance(events, dict):
        raise WorkflowError("`on` is a list of events by name here")
    if event.name not in events:
        return False
    filters = events[event.name] or {}
    kind, name = (
        ("tags", "refs/tags/") if event.facts["ref_type"] == "tag" else ("branches", "refs/heads/")
    )
    if event.name == "pull_request":
        return True  # its branches are those that are merged into
    patterns = filters.get(kind)
    if patterns is None:
        return not filters
    return any(fnmatch.fnmatchcase(event.ref.removeprefix(name), one) for one in patterns)


def _holds(condition: str, event: Event) -> bool:
    found = _CONDITION.fullmatch(condition)
    if not found or found[1] not in event.facts:
        raise WorkflowError(f"the condition {condition!r} is not known here")
    return event.facts[found[1]] == found[2]


def _combinations(matrix: Mapping[str, list[Any]]) -> Iterator[dict[str, str]]:
    for values in itertools.product(*matrix.values()):
        yield {name: str(value) for name, value in zip(matrix, values, strict=True)}


def _filled(text: str, matrix: Mapping[str, str]) -> str:
    filled = _EXPRESSION.sub(lambda found: matrix.get(found[1], found[0]), text)
    if "${{" in filled:
        raise WorkflowError(f"the expression in {text!r} is not known here")
    return filled


def _why(lines: list[str]) -> str:
    """The lines that say why a step failed: pytest's errors, else the last line."""
    told = [line.strip() for line in lines if line.startswith(("E  ", "ERROR"))]
    return "; ".join(" ".join(line.split()) for line in told[:1]) or "".join(lines[-1:])


def main() -> None:
    """The hook: arguments are the file of variables, and what Git gives."""
    file, ref, _, new = sys.argv[1:]
    try:
        update(json.loads(Path(file).read_text(encoding="utf-8")), ref, new)
    except (StepError, WorkflowError) as error:
        print(f"✘ {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
