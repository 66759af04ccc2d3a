"""The pictures of the system are drawn, up to date, and each lesson shows the one of its place."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring import system_picture
from coursekit.authoring.notebooks import read
from coursekit.authoring.system_picture import PLACES, Place

FOLDER = paths.course_root() / "modules" / "system"
LESSONS = sorted(paths.course_root().glob("modules/*/*.ipynb"))
SHOWN = re.compile(r"!\[[^\]]+\]\(\.\./system/([^)]*)\.svg\)")


def problems(lesson: NotebookNode) -> Iterator[str]:
    """What is wrong with the place that a lesson shows."""
    texts = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    shown = [place for text in texts for place in SHOWN.findall(text)]
    if len(shown) != 1:
        yield f"it shows {len(shown)} pictures ../system/PLACE.svg with a text; one is wanted"
    for place in shown:
        if place not in PLACES:
            yield f"../system/{place}.svg is none of {', '.join(PLACES)}"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_lesson_shows_one_place(path: Path) -> None:
    assert list(problems(read(path))) == []


def test_a_lesson_without_a_place_with_two_or_with_an_unknown_one_is_noticed() -> None:
    def lesson(*names: str) -> NotebookNode:
        pictures = [f"![The system.](../system/{name}.svg)" for name in names]
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("\n".join(pictures))])

    assert list(problems(lesson("tables"))) == []
    assert [p[:10] for p in problems(lesson())] == ["it shows 0"]
    assert [p[:10] for p in problems(lesson("tables", "labels"))] == ["it shows 2"]
    assert [p[:22] for p in problems(lesson("desk"))] == ["../system/desk.svg is "]


def test_the_drawn_files_are_up_to_date() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(PLACES)
    for place in PLACES:
        drawn = (FOLDER / f"{place}.svg").read_text("utf-8")
        assert drawn == system_picture.draw(place), "run `.venv/bin/course system`"


@pytest.mark.parametrize("place", PLACES)
def test_a_picture_marks_its_place_and_no_other(place: Place) -> None:
    root = ElementTree.fromstring(system_picture.draw(place))
    texts = [e for e in root.iter() if e.tag.endswith("text")]
    marked = {
        e.text for e in texts if "on-here" in e.get("class", "") and "name" in e.get("class", "")
    }
    assert marked == (set() if place == "whole" else {place.capitalize()})
    names = {e.text for e in texts if "name" in e.get("class", "")}
    assert names == {name.capitalize() for name in PLACES if name != "whole"}
    (title,) = [e.text for e in root.iter() if e.tag.endswith("title")]
    assert title == (
        "The whole system" if place == "whole" else f"The whole system, with {place} marked"
    )


@pytest.mark.parametrize("place", PLACES)
def test_the_text_instead_of_a_picture_is_a_sentence_that_names_the_place(place: Place) -> None:
    text = system_picture.alt_text(place)
    assert text.endswith(".")
    assert not {"[", "]"} & set(text)  # it stands between them in Markdown
    assert place in text


def test_boxes_do_not_overlap_and_lie_inside_the_pipeline() -> None:
    boxes = system_picture.BOXES
    for number, one in enumerate(boxes):
        assert one.x in range(7, 694 - 112)
        assert one.y in range(39, 344 - one.height)
        for other in boxes[number + 1 :]:
            beside = abs(one.x - other.x) >= 112
            assert beside or one.y + one.height < other.y or other.y + other.height < one.y


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in system_picture.write_all(tmp_path)}
    again = {path.name: path.read_bytes() for path in system_picture.write_all(tmp_path)}
    assert (
        first
        == again
        == {f"{place}.svg": (FOLDER / f"{place}.svg").read_bytes() for place in PLACES}
    )
