"""What each faulty submission gets: `fault_runner.py [--engine NAME] [FAULT ...]`.

Run as ``PYTHONPATH=tests/helpers python tests/grading/fault_runner.py``.

A file of ``faults/`` is one submission that something is wrong with. Its docstring says what; it
defines ``fault(notebook)``, which is given the solved notebook and returns what is handed in (a
notebook, the text or bytes of one, or files by name), and what is expected: ``STATUS``, a part of
the ``REASON`` (all of it when empty) and the ``SCORE``. ``HARMFUL = True``: not to be run without a
sandbox.
"""

from __future__ import annotations

import cases
import nbformat
from cases import Case
from nbformat import NotebookNode
from trial_course import LAB, Files, Trial, TrialCourse


class Fault(Case):
    """One submission that something is wrong with."""

    def files(self, place: TrialCourse) -> Files:
        made = self.module.fault(place.solved(self.name))
        if isinstance(made, NotebookNode):
            made = nbformat.writes(made)
        return {f"{LAB}.ipynb": made} if isinstance(made, str | bytes) else made

    def surprises(self, trial: Trial) -> list[str]:
        """What is not as the file expects; empty when all is."""
        outcome = trial.outcome
        found = list(trial.damage)
        if outcome.status != self.module.STATUS:
            found.append(f"{outcome.status}, not {self.module.STATUS}")
        if self.module.REASON not in outcome.reason or (outcome.reason and not self.module.REASON):
            found.append(f"the reason is not {self.module.REASON!r}")
        for score in (outcome.score, sum(trial.points.values())):
            if score != self.module.SCORE:
                found.append(f"{score:g} points, not {self.module.SCORE}")
        return found


def faults() -> list[Fault]:
    """All faults in alphabetical order."""
    return cases.load_all("faults", Fault)


def main() -> None:
    options = cases.parser(__doc__).parse_args()
    engines, chosen = cases.chosen(options, faults())
    for engine in engines:
        trials = cases.try_all(chosen, engine)
        for fault in chosen:
            if fault.name in trials.each:
                trial = trials.each[fault.name]
                print(cases.outcome_line(fault, trial, fault.surprises(trial)))
        print(*trials.damage, sep="\n")


if __name__ == "__main__":
    main()
