"""What each cheat gets: `python tests/grading/attack_runner.py [--engine NAME] [ATTACK ...]`.

Without `--engine` each attack is tried on all engines, one after the other.

A file of ``attacks/`` is one cheating submission. Its docstring says how it cheats; it defines

- ``FORGED``: the test cells that it wants points for without having solved their tasks;
- ``CODE``, the text of a solution cell (``CELL``, by default ``double``, the first one; the others
  are emptied), or ``cheat(notebook) -> notebook``;
- ``FILES``, if wanted: what lies beside the notebook;
- ``SOLVED_BEFORE = True``: an honest, perfect notebook of the same learner was graded before;
- ``HARMFUL = True``: not to be run without a sandbox;
- ``FEEDBACK = True``: the feedback page is written and must hold nothing that acts by itself.

No task is solved by an attack, so any points are forged ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from bs4 import BeautifulSoup
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).parent))

import arena as arenas
from arena import CHEAT, HERE, LAB, WORTH, Arena, Trial

from coursekit.grading.feedback import feedback
from coursekit.grading.samples import fill_in

README = HERE.parents[1] / "utils" / "coursekit" / "grading" / "README.md"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
#: Elements that run code, load something or lead the reader away.
ACTIVE = ("script", "iframe", "object", "embed", "form", "base", "link")


@dataclass(frozen=True)
class Attack:
    """One cheating submission."""

    name: str
    module: ModuleType

    def __str__(self) -> str:
        return self.name

    @property
    def mechanism(self) -> str:
        return (self.module.__doc__ or "").strip()

    @property
    def forged(self) -> tuple[str, ...]:
        return tuple(self.module.FORGED)

    @property
    def harmful(self) -> bool:
        return bool(self._get("HARMFUL", False))

    def _get(self, name: str, otherwise: Any) -> Any:
        return getattr(self.module, name, otherwise)

    def notebook(self, handed_out: NotebookNode, port: int) -> NotebookNode:
        cheat = self._get("cheat", None)
        if cheat is not None:
            return cheat(handed_out)
        code = self.module.CODE.strip().replace("@COLLECTOR@", str(port))
        # The stubs of the other tasks would define their functions anew.
        emptied = {task.removesuffix("-test"): "" for task in WORTH}
        return fill_in(handed_out, emptied | {self._get("CELL", "double"): code})

    def run(self, place: Arena) -> Trial:
        """Hand the submission in, grade it, and look at what came of it."""
        if self._get("SOLVED_BEFORE", False):
            place.grade(place.hand_in({f"{LAB}.ipynb": nbformat.writes(place.solved())}))
        notebook = self.notebook(place.notebook(), place.collector.port)
        files = {f"{LAB}.ipynb": nbformat.writes(notebook), **self._get("FILES", {})}
        trial = place.try_out(files)
        seen = [f"feedback holds {text}" for text in self._shown(place)]
        return Trial(trial.outcome, trial.points, (*trial.damage, *seen))

    def _shown(self, place: Arena) -> list[str]:
        """What of the learner's is alive in the feedback page, where `FEEDBACK` asks for it."""
        if not self._get("FEEDBACK", False):
            return []
        (path,) = feedback(place.course, LAB, [CHEAT])
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        found = {f"a {tag.name} element" for tag in page.find_all(ACTIVE)}
        for tag in page.find_all(True):
            found |= {f"an {name} handler" for name in tag.attrs if name.startswith("on")}
            if str(tag.get("href", "")).lower().startswith("javascript:"):
                found.add("a javascript: link")
            if tag.name == "meta" and str(tag.get("http-equiv", "")).lower() == "refresh":
                found.add("a redirection")
        return sorted(found)


def attacks() -> list[Attack]:
    """All attacks in alphabetical order."""
    paths = sorted((HERE / "attacks").glob("*.py"))
    return [Attack(path.stem, arenas.load(path)) for path in paths]


def forged_points(attack: Attack, trial: Trial) -> tuple[float, float]:
    """Points that the attack got for what it did not solve, and how many it was after."""
    got = sum(trial.points[task] for task in attack.forged)
    return got, float(sum(WORTH[task] for task in attack.forged))


def cell(attack: Attack, trial: Trial | None) -> str:
    """Points and damage in one cell of a Markdown table."""
    if trial is None:
        return "not run"
    got, wanted = forged_points(attack, trial)
    points = f"**{got:g} of {wanted:g}**" if got else f"0 of {wanted:g}"
    return "; ".join((points, *dict.fromkeys(trial.damage)))


def run_all(engine: str, chosen: list[Attack], reasons: bool) -> list[str]:
    """The column of one engine."""
    column = []
    with (
        tempfile.TemporaryDirectory() as folder,
        arenas.arena(Path(folder), arenas.ENGINES[engine]) as place,
    ):
        for attack in chosen:
            skip = engine == "stock" and attack.harmful
            trial = None if skip else attack.run(place)
            column.append(cell(attack, trial))
            print(f"{engine}: {attack.name}: {column[-1]}", file=sys.stderr, flush=True)
            if trial is not None and reasons:
                print(f"    {trial.outcome} {trial.points}", file=sys.stderr, flush=True)
    return column


def table(engines: list[str], chosen: list[Attack], columns: list[list[str]]) -> str:
    lines = [
        f"| attack | {' | '.join(engines)} | how it cheats |",
        "|---|" + "---|" * len(engines) + "---|",
    ]
    for attack, *cells in zip(chosen, *columns, strict=True):
        lines.append(f"| `{attack.name}` | {' | '.join(cells)} | {attack.mechanism} |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the README of the grading package, between its two marks."""
    page = README.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    README.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="attacks (default: all)")
    parser.add_argument("--engine", choices=sorted(arenas.ENGINES), action="append")
    parser.add_argument("--reasons", action="store_true", help="print the outcomes as well")
    parser.add_argument("--write", action="store_true", help="write the table to the README")
    options = parser.parse_args()
    engines = options.engine or sorted(arenas.ENGINES)
    chosen = [attack for attack in attacks() if not options.names or attack.name in options.names]
    columns = [run_all(engine, chosen, options.reasons) for engine in engines]
    text = table(engines, chosen, columns)
    print(text)
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
