"""What attacks and faults share: each is one file, all are graded together once, each is one line."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import trial_course
from graders import ENGINES, TOGETHER, UNPROTECTED
from trial_course import HERE, Files, Trial, TrialCourse, Trials


@dataclass(frozen=True)
class Case:
    """One submission that cheats or is broken; it is handed in by a learner of the same name."""

    name: str
    module: ModuleType

    def __str__(self) -> str:
        return self.name

    @property
    def summary(self) -> str:
        """The one line that says what it does."""
        return (self.module.__doc__ or "").strip()

    @property
    def harmful(self) -> bool:
        """Whether it must not be run without a sandbox."""
        return bool(self.get("HARMFUL", False))

    def get(self, name: str, otherwise: Any) -> Any:
        return getattr(self.module, name, otherwise)

    def files(self, place: TrialCourse) -> Files:
        """What is handed in."""
        raise NotImplementedError

    def before(self, place: TrialCourse) -> Files | None:
        """What the same learner handed in before, which is graded first."""
        return None

    def after(self, place: TrialCourse, trial: Trial) -> Trial:
        """A last look, while the course still stands."""
        return trial

    def runs_on(self, engine: str) -> bool:
        """Harmful ones need a sandbox, those that want COMPANY other kernels beside theirs."""
        if self.get("COMPANY", False) and engine not in TOGETHER:
            return False
        return not (self.harmful and engine in UNPROTECTED)


def load_all[C: Case](folder: str, kind: Callable[[str, ModuleType], C]) -> list[C]:
    """All cases of a folder in alphabetical order."""
    paths = sorted((HERE / folder).glob("*.py"))
    return [kind(path.stem, trial_course.load(path)) for path in paths]


def try_all(cases: Sequence[Case], engine: str, folder: Path | None = None) -> Trials:
    """Grade all cases that may run on an engine, in a course of their own.

    Args:
        folder: empty; default: a temporary one.
    """
    chosen = [case for case in cases if case.runs_on(engine)]
    with ExitStack() as stack:
        place = Path(folder or stack.enter_context(tempfile.TemporaryDirectory()))
        names = [case.name for case in chosen]
        made = stack.enter_context(trial_course.trial_course(place, ENGINES[engine], names))
        for case in chosen:
            if (earlier := case.before(made)) is not None:
                made.grade(made.hand_in(case.name, earlier))
        trials = made.try_all({case.name: case.files(made) for case in chosen})
        each = {case.name: case.after(made, trials.each[case.name]) for case in chosen}
        return Trials(each, trials.damage)


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options of both runners; `chosen` reads them."""
    made = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    made.add_argument("names", nargs="*", help="only these (default: all)")
    made.add_argument("--engine", choices=sorted(ENGINES), action="append", help="default: forked")
    return made


def chosen[C: Case](options: argparse.Namespace, cases: list[C]) -> tuple[list[str], list[C]]:
    """Engines and cases that the options name.

    Raises:
        SystemExit: there is no case of that name.
    """
    unknown = sorted(set(options.names) - {case.name for case in cases})
    if unknown:
        raise SystemExit(f"There is no {', '.join(unknown)}.")
    engines = options.engine or ["forked"]
    return engines, [case for case in cases if not options.names or case.name in options.names]


def outcome_line(case: Case, trial: Trial, surprises: Sequence[str]) -> str:
    """One case with its outcome, and below it each thing that should not be so."""
    outcome = trial.outcome
    line = (
        f"{'✘' if surprises else '✔'} {case.name}: {outcome.status} "
        f"{outcome.score:g}/{outcome.max_score:g} {outcome.remarks} ({outcome.seconds:.1f} s)"
    )
    return "\n".join((line, *(f"    {surprise}" for surprise in surprises)))
