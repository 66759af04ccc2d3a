"""How long a lesson is, how long it may be, and the minutes that follow.

    python -m coursekit.authoring.limits [LESSON.ipynb …]

prints a table of the lessons (by default all) and writes the minutes into their *Time* lines.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring.notebooks import read, write

MAX_WORDS = 2500
MAX_LINES = 250
MAX_CELLS = 50
MAX_PREDICTIONS = 8
MAX_HELPERS = 6
TURNS = (2, 3)

WORDS_A_MINUTE = 180
LINES_A_MINUTE = 8
MINUTES_A_PREDICTION = 2
#: Minutes are stated in steps of five.
STEP = 5

PREDICTION = re.compile(r"^> \*\*Before you run it\.\*\*", re.MULTILINE)
TURN = re.compile(r"^\*\*Your turn\.\*\*", re.MULTILINE)
TURN_TAG = "your-turn"
ANSWER = re.compile(
    r"<details>\s*<summary>One answer</summary>\s*```python\n(.*?)\n```\s*</details>", re.DOTALL
)
#: A picture in Markdown; the first group is its alternative text.
PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
TIME = re.compile(r"(\*\*Time\*\*: )(\d+) minutes")
#: What no command computes and no test holds: a machine's time, which another machine has not.
MACHINE_TIME = re.compile(r"(\*\*Time\*\*: [^\n.;]*); [^\n.]*\bexecutes in [^\n.]*")


@dataclass(frozen=True)
class Size:
    """What a lesson asks of its reader."""

    words: int
    lines: int
    cells: int
    predictions: int
    helpers: int

    @property
    def minutes(self) -> int:
        """What it takes by the course's formula, rounded to steps of five."""
        exact = self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE
        exact += self.predictions * MINUTES_A_PREDICTION
        return max(STEP, STEP * round(exact / STEP))


def measure(lesson: NotebookNode) -> Size:
    """Count the words of its text, lines of code (neither blank nor comment), cells and so on."""
    texts = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    code = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    return Size(
        words=sum(len(PICTURE.sub(r"\1", text).split()) for text in texts),
        lines=sum(_counts(line) for source in code for line in source.splitlines()),
        cells=len(lesson.cells),
        predictions=sum(len(PREDICTION.findall(text)) for text in texts),
        helpers=sum(len(_functions(source)) for source in code),
    )


def limit_problems(lesson: NotebookNode) -> Iterator[str]:
    """Which limits a lesson exceeds, and which pictures and turns it lacks, one sentence each."""
    size = measure(lesson)
    for what, found, most in (
        ("words", size.words, MAX_WORDS),
        ("lines of code", size.lines, MAX_LINES),
        ("cells", size.cells, MAX_CELLS),
        ("predictions", size.predictions, MAX_PREDICTIONS),
        ("helper functions", size.helpers, MAX_HELPERS),
    ):
        if found > most:
            yield f"it has {found:,} {what}; {most:,} are allowed"
    yield from _time_problems(lesson, size)
    yield from _picture_problems(lesson)
    yield from _turn_problems(lesson)


def answered(lesson: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    """The *Your turn* cells of a lesson, each with the answer that is folded up below it."""
    for position, cell in enumerate(lesson.cells):
        if TURN_TAG in cell.metadata.get("tags", ()):
            below = lesson.cells[position + 1].source if position + 1 < len(lesson.cells) else ""
            found = ANSWER.search(below)
            yield cell, found.group(1) if found else ""


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _functions(source: str) -> list[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line magic
        return re.findall(r"^def (\w+)", source, re.MULTILINE)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def _time_problems(lesson: NotebookNode, size: Size) -> Iterator[str]:
    stated = [m for cell in lesson.cells for m in TIME.finditer(cell.source)]
    if [int(found.group(2)) for found in stated] != [size.minutes]:
        yield (
            f"its line **Time**: N minutes should say {size.minutes}: "
            "run `python -m coursekit.authoring.limits`"
        )
    if any(MACHINE_TIME.search(cell.source) for cell in lesson.cells):
        yield "its **Time** line says how long the notebook executes, which no test holds"


def _picture_problems(lesson: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(lesson.cells):
        where = f"cell {number} ({cell.get('id')})"
        if cell.cell_type == "markdown":
            for alt in PICTURE.findall(cell.source):
                if not alt.strip():
                    yield f"{where} has a picture without an alternative text"
        for output in cell.get("outputs", ()):
            kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            if kinds and not output.metadata.get(kinds[0], {}).get("alt"):
                yield f"{where} draws a picture without an alternative text: use pictures.show"


def _turn_problems(lesson: NotebookNode) -> Iterator[str]:
    texts = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    announced = len(TURN.findall(texts))
    turns = list(answered(lesson))
    if not TURNS[0] <= len(turns) <= TURNS[1] or announced != len(turns):
        yield (
            f"it announces {announced} turns of the learner and tags {len(turns)} cells "
            f"{TURN_TAG!r}; {TURNS[0]} to {TURNS[1]} of both are wanted"
        )
    for cell, answer in turns:
        if not answer:
            yield f"cell {cell.id} has no folded 'One answer' below it"
        shown = "".join(o.get("text", "") for o in cell.outputs if o.output_type == "stream")
        if "…" not in shown or "✔" in shown:
            yield f"cell {cell.id} should show a check that is not passed yet: checks.turn"


def state_minutes(lesson: NotebookNode) -> None:
    """Write the minutes of the formula into the lesson's *Time* line, and no machine's time."""
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            cell.source = MACHINE_TIME.sub(r"\1", cell.source)
    minutes = measure(lesson).minutes
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            cell.source = TIME.sub(rf"\g<1>{minutes} minutes", cell.source)


def main(arguments: list[str]) -> None:
    """Print the sizes of lessons, one a line, and write their minutes."""
    parser = argparse.ArgumentParser(description="Sizes of lessons; writes their minutes.")
    parser.add_argument("lessons", nargs="*", type=Path, help="notebooks; all of them if none")
    given = parser.parse_args(arguments)
    for path in given.lessons:
        if not path.is_file():
            parser.error(f"there is no notebook {path}")
    for path in given.lessons or sorted(paths.course_root().glob("modules/*/*.ipynb")):
        lesson = read(path)
        state_minutes(lesson)
        write(lesson, path)
        size = measure(lesson)
        print(
            f"{path.parent.name}/{path.stem}: {size.words:,} words, {size.lines} lines, "
            f"{size.cells} cells, {size.predictions} predictions, {size.helpers} helpers, "
            f"{size.minutes} minutes"
        )
        for problem in limit_problems(lesson):
            print(f"  ✘ {problem}")


if __name__ == "__main__":
    main(sys.argv[1:])
