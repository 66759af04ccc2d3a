"""``make quick``: run what a change touches, and say what was left out.

``python -m coursekit.authoring.quick [--base REVISION]``; changed is what differs from that revision (HEAD if
none is given) or is not in git yet.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from coursekit import paths
from coursekit.authoring.affected import LAB_TESTS, Repository, Selection
from coursekit.authoring.notebooks import nbval_command
from coursekit.environment import known, tools

#: The lesson that needs packages which only `make automl` installs.
AUTOML = ("modules/01_experimentation/11_automl.ipynb", "ludwig")
#: Lessons whose outputs need an environment which only `make tools` makes, and which.
TOOLS = {
    "modules/03_deployment_paradigms/11_federated.ipynb": "flower",
    "modules/04_production/18_catastrophic_forgetting.ipynb": "continuum",
}
#: Tries the folded answers of lessons; names of lessons in this variable take the place of its draw.
TURNS, TURNS_OF = "tests/notebooks/test_your_turn.py", "COURSE_TURNS"
#: Up to so many files, workers cost more than they save.
FEW = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Select, run, report; 0 when everything that ran has passed."""
    parser = argparse.ArgumentParser(prog="make quick", description=__doc__)
    parser.add_argument("--base", default="HEAD", help="the revision to compare with")
    base = parser.parse_args(arguments).base
    root = paths.course_root()
    changed = changed_files(root, base)
    if not changed:
        print(f"Nothing differs from {base}.")
        return 0
    repository = Repository(root, {*files_in_git(root), *changed})
    selection = repository.select(changed)
    print(*plan(repository, selection, changed, base), sep="\n", flush=True)
    env = known.environment({TURNS_OF: "\n".join(_possible(selection.lessons))})
    codes = [
        subprocess.run(command, cwd=root, env=env, check=False).returncode
        for command in commands(selection)
    ]
    print(*left_out(repository, selection), sep="\n", flush=True)
    return max(codes)


def changed_files(root: Path, base: str) -> list[str]:
    """Files that differ from ``base`` or are not in git yet, also those that are gone."""
    tracked = _git(root, "diff", "--name-only", "--no-renames", "-z", base, "--")
    return sorted({*tracked, *_git(root, "ls-files", "-z", "--others", "--exclude-standard")})


def files_in_git(root: Path) -> list[str]:
    return _git(root, "ls-files", "-z")


def commands(selection: Selection) -> list[list[str]]:
    """The command lines to run, one after the other."""
    ruff = [sys.executable, "-m", "ruff"]
    found = [[*ruff, "check", "--no-cache", "."], [*ruff, "format", "--no-cache", "--check", "."]]
    files = [*_possible(selection.lessons), *_tests(selection)]
    if files:
        found.append([*_pytest(files), *(("-n", "0") if len(files) <= FEW else ())])
    if selection.labs:
        found.append([*_pytest(LAB_TESTS), "-k", " or ".join(selection.labs)])
    return found


def plan(
    repository: Repository, selection: Selection, changed: Sequence[str], base: str
) -> list[str]:
    """What will run, and why it may be everything or not enough."""
    lines = [f"{_count(len(changed), 'file')} changed since {base}. To run:"]
    lines += [f"  {path}" for path in _possible(selection.lessons)]
    lines += [f"  {lab}: release, solution, grading, answers" for lab in selection.labs]
    lines += [f"  {path}" for path in _tests(selection)]
    lines.append("  ruff")
    if selection.unclear:
        lines.append(f"That is everything: nobody knows who reads {', '.join(selection.unclear)}.")
    return lines


def left_out(repository: Repository, selection: Selection) -> list[str]:
    """What did not run, by kind."""
    tests = set(repository.tests).difference(_tests(selection))
    tests -= set(LAB_TESTS) if selection.labs else set()
    counts = [
        f"{len(repository.lessons) - len(_possible(selection.lessons))} of {len(repository.lessons)} lessons",
        f"{len(repository.labs) - len(selection.labs)} of {len(repository.labs)} labs",
        f"{len(tests)} of {len(repository.tests)} files of tests",
    ]
    lines = [f"Left out: {', '.join(counts)}, mypy. `make test` runs them."]
    for lesson in set(selection.lessons).difference(_possible(selection.lessons)):
        missing = "Ludwig (`make automl`)" if lesson == AUTOML[0] else f"{TOOLS[lesson]} (`make tools`)"  # fmt: skip
        lines.append(f"Touched, but left out without {missing}: {lesson}.")
    if selection.environment:
        lines.append(f"Only `make test` can tell about {', '.join(selection.environment)}.")
    return lines


def _tests(selection: Selection) -> list[str]:
    """The files of tests; with a lesson come the answers folded in it."""
    turns = {TURNS} if _possible(selection.lessons) else set()
    return sorted(turns.union(selection.tests))


def _possible(lessons: Sequence[str]) -> list[str]:
    """Without lessons whose packages are not installed."""
    lesson, package = AUTOML
    missing = set() if importlib.util.find_spec(package) else {lesson}
    missing |= {path for path, tool in TOOLS.items() if tools.python_of(tool) is None}
    return [path for path in lessons if path not in missing]


def _pytest(files: Sequence[str]) -> list[str]:
    return nbval_command(map(Path, files))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _git(root: Path, *words: str) -> list[str]:
    # The checkout may belong to another user, as in containers.
    command = ["git", "-c", "safe.directory=*", *words]
    done = subprocess.run(
        command, cwd=root, env=known.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"git cannot say what has changed: {done.stderr.strip()}")
    return [name for name in done.stdout.split("\0") if name]


if __name__ == "__main__":
    sys.exit(main())
