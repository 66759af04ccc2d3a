"""A lesson that keeps every limit, and one breach at a time."""

import copy
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from coursekit.authoring import limits
from coursekit.authoring.notebooks import read, write

FOLDED = "<details><summary>One answer</summary>\n\n```python\nx = 2\n```\n\n</details>"


def turn() -> list[NotebookNode]:
    cell = new_code_cell("x = 1", metadata={"tags": [limits.TURN_TAG]})
    cell.outputs = [new_output("stream", text="… not yet\n")]
    return [new_markdown_cell("**Your turn.** Change x."), cell, new_markdown_cell(FOLDED)]


def picture(alt: str | None) -> NotebookNode:
    metadata = {"image/png": {"alt": alt}} if alt else {}
    output = new_output("display_data", data={"image/png": "iVBOR"}, metadata=metadata)
    return new_code_cell("draw()", outputs=[output])


def good() -> NotebookNode:
    cells = [
        new_markdown_cell("**Time**: 5 minutes. ![a map](map.svg)"),
        picture("A rising line."),
        new_markdown_cell("> **Before you run it.** How many?"),
        *turn(),
        *turn(),
    ]
    return new_notebook(cells=cells)


def add(*cells: NotebookNode) -> Callable[[NotebookNode], None]:
    return lambda lesson: lesson.cells.extend(copy.deepcopy(cells))


def other_time(lesson: NotebookNode) -> None:
    lesson.cells[0].source = "**Time**: 10 minutes. ![a map](map.svg)"


def machine_time(lesson: NotebookNode) -> None:
    said = "5 minutes to read and run; the notebook itself executes in about 30 seconds."
    lesson.cells[0].source = f"**Time**: {said} ![a map](map.svg)"


def turn_without_answer(lesson: NotebookNode) -> None:
    lesson.cells[-1].source = "No answer."


def turn_already_passed(lesson: NotebookNode) -> None:
    lesson.cells[-2].outputs[0].text = "✔ right\n"


def one_turn(lesson: NotebookNode) -> None:
    del lesson.cells[-3:]


HELPER = "def f{}():\n    return 1"
BREACHES: dict[str, tuple[Callable[[NotebookNode], None], str]] = {
    "words": (add(new_markdown_cell("word " * 2501)), "words"),
    "lines": (add(new_code_cell("x = 1\n" * 251)), "lines of code"),
    "cells": (add(*[new_markdown_cell("-")] * 51), "cells"),
    "predictions": (add(*[new_markdown_cell("> **Before you run it.**")] * 8), "predictions"),
    "helpers": (add(*[new_code_cell(HELPER.format(i)) for i in range(7)]), "helper functions"),
    "time": (other_time, "should say 5"),
    "machine time": (machine_time, "how long the notebook executes"),
    "picture": (add(picture(None)), "pictures.show"),
    "markdown picture": (add(new_markdown_cell("![](map.svg)")), "without an alternative text"),
    "one turn": (one_turn, "announces 1"),
    "turn without answer": (turn_without_answer, "One answer"),
    "turn passed": (turn_already_passed, "checks.turn"),
}


def test_a_good_lesson_has_no_problem() -> None:
    assert list(limits.limit_problems(good())) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_named(breach: str) -> None:
    lesson = good()
    change, said = BREACHES[breach]
    change(lesson)
    limits.state_minutes(lesson) if "time" not in breach else None
    (problem,) = limits.limit_problems(lesson)
    assert said in problem


def test_minutes_follow_from_text_code_and_predictions() -> None:
    size = limits.Size(words=1800, lines=80, cells=9, predictions=4, helpers=0)
    assert size.minutes == 30  # 10 + 10 + 8


def test_blank_lines_and_comments_do_not_count() -> None:
    lesson = new_notebook(cells=[new_code_cell("# a comment\n\nx = 1  # one\n")])
    assert limits.measure(lesson).lines == 1


def test_the_answer_below_a_turn_is_found() -> None:
    assert [answer for _, answer in limits.answered(good())] == ["x = 2", "x = 2"]


def test_the_command_writes_the_minutes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lesson = good()
    other_time(lesson)
    path = tmp_path / "01_lesson.ipynb"
    write(lesson, path)
    limits.main([str(path)])
    assert "**Time**: 5 minutes" in read(path).cells[0].source
    machine_time(lesson)
    write(lesson, path)
    limits.main([str(path)])
    said = "**Time**: 5 minutes to read and run. ![a map](map.svg)"
    assert read(path).cells[0].source == said
    assert "✘" not in capsys.readouterr().out


def test_a_notebook_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        limits.main(["nothing.ipynb"])
    assert capsys.readouterr().err.splitlines()[-1].endswith("there is no notebook nothing.ipynb")
