"""What each cheat gets: `attack_runner.py [--engine NAME] [ATTACK ...]`.

Run as ``PYTHONPATH=tests/helpers python tests/grading/attack_runner.py``. `--engine` can be given
more than once; `unprotected` has the warm engine's kernels without a sandbox.

A file of ``attacks/`` is one cheating submission. Its docstring says how it cheats; it defines

- ``FORGED``: the test cells that it wants points for without having solved their tasks;
- ``CODE``, the text of a solution cell (``CELL``, by default ``double``, the first one; the others
  are emptied), or ``cheat(notebook) -> notebook``;
- ``FILES``, if wanted: what lies beside the notebook;
- ``SOLVED_BEFORE = True``: an honest, perfect notebook of the same learner was graded before;
- ``HARMFUL = True``: not to be run without a sandbox;
- ``COMPANY = True``: aims at other kernels or at the fork server, so it needs an engine that has them;
- ``FEEDBACK = True``: the feedback page is written and must hold nothing that acts by itself.

No task is solved by an attack, so any points are forged ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cases
import nbformat
from bs4 import BeautifulSoup
from cases import Case
from nbformat import NotebookNode
from trial_course import HERE, LAB, WORTH, Files, Trial, TrialCourse, Trials

from grader.cycle.feedback import feedback
from grader.cycle.samples import fill_in

README = HERE.parents[1] / "utils" / "grader" / "README.md"
BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
#: Elements that run code, load something or lead the reader away.
ACTIVE = ("script", "iframe", "object", "embed", "form", "base", "link")


class Attack(Case):
    """One cheating submission."""

    @property
    def forged(self) -> tuple[str, ...]:
        return tuple(self.module.FORGED)

    def notebook(self, handed_out: NotebookNode, port: int) -> NotebookNode:
        cheat = self.get("cheat", None)
        if cheat is not None:
            return cheat(handed_out)
        code = self.module.CODE.strip().replace("@COLLECTOR@", str(port))
        # The stubs of the other tasks would define their functions anew.
        emptied = {task.removesuffix("-test"): "" for task in WORTH}
        return fill_in(handed_out, emptied | {self.get("CELL", "double"): code})

    def files(self, place: TrialCourse) -> Files:
        notebook = self.notebook(place.notebook(self.name), place.collector.port)
        return {f"{LAB}.ipynb": nbformat.writes(notebook), **self.get("FILES", {})}

    def before(self, place: TrialCourse) -> Files | None:
        if not self.get("SOLVED_BEFORE", False):
            return None
        return {f"{LAB}.ipynb": nbformat.writes(place.solved(self.name))}

    def after(self, place: TrialCourse, trial: Trial) -> Trial:
        """Look for what of the learner's is alive in the feedback page, where `FEEDBACK` asks."""
        if not self.get("FEEDBACK", False):
            return trial
        (path,) = feedback(place.course, LAB, [self.name])
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        found = {f"a {tag.name} element" for tag in page.find_all(ACTIVE)}
        for tag in page.find_all(True):
            found |= {f"an {name} handler" for name in tag.attrs if name.startswith("on")}
            if str(tag.get("href", "")).lower().startswith("javascript:"):
                found.add("a javascript: link")
            if tag.name == "meta" and str(tag.get("http-equiv", "")).lower() == "refresh":
                found.add("a redirection")
        seen = (f"feedback holds {text}" for text in sorted(found))
        return replace(trial, damage=(*trial.damage, *seen))


def attacks() -> list[Attack]:
    """All attacks in alphabetical order."""
    return cases.load_all("attacks", Attack)


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


def table(chosen: Sequence[Attack], columns: dict[str, Trials]) -> str:
    """One row per attack, one column per engine, and what was not the work of one alone."""
    lines = [
        f"| attack | {' | '.join(columns)} | how it cheats |",
        "|---|" + "---|" * len(columns) + "---|",
    ]
    for attack in chosen:
        found = [cell(attack, trials.each.get(attack.name)) for trials in columns.values()]
        lines.append(f"| `{attack.name}` | {' | '.join(found)} | {attack.summary} |")
    for engine, trials in columns.items():
        lines += ["", f"{engine}, after all of them: {'; '.join(trials.damage)}."] * bool(
            trials.damage
        )
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the README of the grading package, between its two marks."""
    head, rest = README.read_text(encoding="utf-8").split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    README.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    parser = cases.parser(__doc__)
    parser.add_argument("--reasons", action="store_true", help="print the outcomes as well")
    parser.add_argument("--write", action="store_true", help="write the table to the README")
    options = parser.parse_args()
    engines, chosen = cases.chosen(options, attacks())
    columns = {}
    for engine in engines:
        columns[engine] = trials = cases.try_all(chosen, engine)
        for attack in chosen if options.reasons else ():
            if (trial := trials.each.get(attack.name)) is not None:
                surprises = [cell(attack, trial)] if forged_points(attack, trial)[0] else []
                print(cases.outcome_line(attack, trial, [*surprises, *trial.damage]))
    text = table(chosen, columns)
    print(text)
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
