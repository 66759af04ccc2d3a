"""What each faulty submission gets: `python tests/grading/fault_runner.py [--engine NAME] [FAULT ...]`.

A file of ``faults/`` is one submission that something is wrong with. Its docstring says what; it
defines ``fault(notebook)``, which is given the solved notebook and returns what is handed in (a
notebook, the text or bytes of one, or files by name), and what is expected: ``STATUS``, a part of
the ``REASON`` and the ``SCORE``. ``HARMFUL = True``: not to be run without a sandbox.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).parent))

import arena as arenas
from arena import HERE, LAB, Arena, Trial


@dataclass(frozen=True)
class Fault:
    """One submission that something is wrong with."""

    name: str
    module: ModuleType

    def __str__(self) -> str:
        return self.name

    @property
    def harmful(self) -> bool:
        return bool(getattr(self.module, "HARMFUL", False))

    def run(self, place: Arena) -> Trial:
        """Hand the submission in, grade it, and look at what came of it."""
        made = self.module.fault(place.solved())
        if isinstance(made, NotebookNode):
            made = nbformat.writes(made)
        return place.try_out({f"{LAB}.ipynb": made} if isinstance(made, str | bytes) else made)

    def surprises(self, trial: Trial) -> list[str]:
        """What is not as the file expects; empty when all is."""
        outcome = trial.outcome
        found = list(trial.damage)
        if outcome.status != self.module.STATUS:
            found.append(f"{outcome.status}, not {self.module.STATUS}")
        if self.module.REASON not in outcome.reason:
            found.append(f"the reason lacks {self.module.REASON!r}")
        for score in (outcome.score, sum(trial.points.values())):
            if score != self.module.SCORE:
                found.append(f"{score:g} points, not {self.module.SCORE}")
        return found


def faults() -> list[Fault]:
    """All faults in alphabetical order."""
    return [Fault(path.stem, arenas.load(path)) for path in sorted((HERE / "faults").glob("*.py"))]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="faults (default: all)")
    parser.add_argument("--engine", choices=sorted(arenas.ENGINES), default="trusted")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        arenas.arena(Path(folder), arenas.ENGINES[options.engine]) as place,
    ):
        for fault in faults():
            skip = options.engine == "stock" and fault.harmful
            if skip or (options.names and fault.name not in options.names):
                continue
            trial = fault.run(place)
            outcome = trial.outcome
            surprises = fault.surprises(trial)
            print(
                f"{'✘' if surprises else '✔'} {fault.name}: {outcome.status} "
                f"{outcome.score:g}/{outcome.max_score:g} {outcome.reason} "
                f"({outcome.seconds:.1f} s)",
                *(f"    {surprise}" for surprise in surprises),
                sep="\n",
                flush=True,
            )


if __name__ == "__main__":
    main()
