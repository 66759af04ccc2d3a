"""Which cells of a submission are the lab's, and their metadata back to what was handed out.

Learners copy, split, merge, delete and convert cells, and other tools drop metadata and ids. Nothing
that the submission's metadata says beyond a cell's name is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.cells import task_name
from coursekit.wording import listed
from grader.bindings import names_meant
from grader.outcomes import REMARKS, RESTORED
from grader.parameters import INJECTED, is_injected, tags
from grader.submission.lab_cells import Original
from grader.submission.remarks import add_repairs
from grader.submission.sources import (
    holds,
    is_piece,
    is_prose,
    is_same,
    is_same_code,
    typed_into,
    visible_lines,
)


@dataclass
class Recognised:
    """A submission whose cells are known.

    Attributes:
        notebook: each of the lab's cells has its own metadata and type, and no other cell has any.
            Its metadata hold the remarks on it.
        restored: the cells worth points that were missing.
        changed: a sentence for each of the lab's own cells that a learner wrote into.
    """

    notebook: NotebookNode
    restored: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def recognise(notebook: NotebookNode, lab: list[Original]) -> Recognised:
    """Find the lab's cells by their name, else their id, else their source, else their place.

    Of several cells with one name, the first that stands after the lab's cell before it is the
    lab's; an answer as it was handed out gives way to one that was written. The others are the
    learner's own cells. A cell worth points that is missing comes back where it belongs. What was
    typed into a cell of the lab's own goes into a cell above it.
    """
    found = _Search(notebook.cells, lab)
    found.all()
    done = Recognised(notebook)
    remarks = notebook.metadata.setdefault(REMARKS, [])
    add_repairs(notebook, _repairs(found))
    remarks += _copies(found)
    chosen = {number: lab[place] for place, number in found.places.items()}
    remarks += _taken_from_questions(found)
    pieces = _pieces(found)
    if pieces:
        remarks.append(f"in pieces and put together: {', '.join(pieces.values())}")
    done.changed = [said for each in chosen for said in _said_of_change(found, chosen, each)]
    remarks += done.changed
    cells = []
    for number, cell in enumerate(notebook.cells):
        if number in pieces:
            continue
        original = chosen.get(number)
        cells += [_own_cell(text, original) for text in _typed_into(found, cell, original)]
        cell.metadata.pop("nbgrader", None)
        cells.append(_settled(cell, original))
    notebook.cells = cells
    remarks += _taken_out(notebook, lab, found)
    done.restored = _restore(notebook, lab, found)
    notebook.metadata[RESTORED] = done.restored
    return done


def shared_cells(notebook: NotebookNode, lab: list[Original]) -> int:
    """How many of a lab's named cells a notebook has, by their names, ids or tests."""
    found = _Search(notebook.cells, lab)
    found.certain()
    return sum(bool(lab[place].name) for place in found.places)


class _Search:
    """Where in a notebook the cells of a lab are.

    Attributes:
        places: number of the notebook's cell by number of the lab's.
        guessed: the lab's cells that were not found by their names.
    """

    def __init__(self, cells: list[NotebookNode], lab: list[Original]) -> None:
        self.cells, self.lab = cells, lab
        self.named = {original.name for original in lab} - {""}
        self.copies: dict[str, list[int]] = {}
        for number, cell in enumerate(cells):
            if (name := task_name(cell)) in self.named:
                self.copies.setdefault(name, []).append(number)
        self.places: dict[int, int] = {}
        self.guessed: list[str] = []

    def all(self) -> None:
        self.certain()
        self._by_place()

    def certain(self) -> None:
        """What does not depend on the cells around."""
        last = -1
        for place, original in enumerate(self.lab):
            if original.name in self.copies:
                last = self.places[place] = self._choose(original, last)
        ids = {cell.get("id"): number for number, cell in enumerate(self.cells)}
        for place, original in self._missing():
            if original.identity and (number := ids.get(original.identity)) in self._free():
                assert number is not None
                self._take(place, number)
        for alike in (is_same, is_same_code, holds):
            self._by_source(alike)

    def _by_source(self, alike: Callable[[str, str], bool]) -> None:
        for place, original in self._missing():
            if original.answer or not visible_lines(original.source):
                continue
            low, _ = self._bounds(place)
            free = [n for n in self._free() if alike(original.source, self.cells[n].source)]
            if free:
                self._take(place, next((n for n in free if n > low), free[0]))

    def _by_place(self) -> None:
        """Answers, by what stands between the lab's cells around them."""
        for place, original in enumerate(self.lab):
            if original.answer and (place not in self.places or self.unwritten(place)):
                low, high = self._bounds(place)
                # The first and the last cell of a lab have one neighbour, others have two.
                alone = (low < 0 < place, high == len(self.cells) and place + 1 < len(self.lab))
                if any(alone):
                    continue
                between = [
                    n for n in self._free() if low < n < high and self.cells[n].source.strip()
                ]
                number = self._answer(original, between, place in self.places)
                if number is not None:
                    self._take(place, number)

    def _answer(self, original: Original, between: list[int], there: bool) -> int | None:
        """Which of these cells holds an answer.

        Args:
            there: its own cell is there, as it was handed out.
        """
        if original.cell_type == "code":
            code = [n for n in between if self.cells[n].cell_type == "code"]
            wanted = names_meant(original.source)
            right = [n for n in code if wanted & names_meant(self.cells[n].source)]
            return right[0] if right else code[0] if len(code) == 1 else None
        texts = [n for n in between if self.cells[n].cell_type != "code"]
        prose = [n for n in between if is_prose(self.cells[n].source)]
        return next(iter(texts or ([] if there else prose)), None)

    def unwritten(self, place: int) -> bool:
        """Whether an answer in words is as it was handed out, and something may stand beside it."""
        original = self.lab[place]
        own = self.cells[self.places[place]].source
        # Without the lab's other texts, one of them would be taken for the answer.
        known = any(not other.name for other in self.lab)
        return known and original.written and (not own.strip() or is_same(original.source, own))

    def _choose(self, original: Original, last: int) -> int:
        copies = self.copies[original.name]
        written = [n for n in copies if self._is_written(n, original)]
        candidates = written if original.answer and written else copies
        return next((number for number in candidates if number > last), candidates[-1])

    def _is_written(self, number: int, original: Original) -> bool:
        source = self.cells[number].source
        return bool(source.strip()) and source != original.source

    def _bounds(self, place: int) -> tuple[int, int]:
        """The cells between which one of the lab's has to stand."""
        before = (self.places[n] for n in range(place - 1, -1, -1) if n in self.places)
        after = (self.places[n] for n in range(place + 1, len(self.lab)) if n in self.places)
        return next(before, -1), next(after, len(self.cells))

    def _missing(self) -> Iterator[tuple[int, Original]]:
        for place, original in enumerate(self.lab):
            if place not in self.places:
                yield place, original

    def _free(self) -> list[int]:
        """Cells that are none of the lab's yet, and do not say that they are."""
        taken = set(self.places.values()) | {n for each in self.copies.values() for n in each}
        return [number for number in range(len(self.cells)) if number not in taken]

    def _take(self, place: int, number: int) -> None:
        self.places[place] = number
        if self.lab[place].name:
            self.guessed.append(self.lab[place].name)


def _repairs(found: _Search) -> list[str]:
    """The lab's cells that were found without their names, or were of another type."""
    order = {original.name: place for place, original in enumerate(found.lab)}
    types = [
        original.name
        for place, number in sorted(found.places.items())
        if (original := found.lab[place]).name
        and found.cells[number].cell_type != original.cell_type
    ]
    named = {"metadata": sorted(found.guessed, key=order.__getitem__), "type": types}
    return [f"{what} of {listed(names)}" for what, names in named.items() if names]


def _copies(found: _Search) -> Iterator[str]:
    """What stands in other cells that have the name of an answer."""
    for place, original in enumerate(found.lab):
        if original.answer and original.name in found.copies:
            chosen = found.places[place]
            others = [
                number
                for number in found.copies[original.name]
                if number != chosen
                and found._is_written(number, original)
                and not is_same(found.cells[number].source, found.cells[chosen].source)
            ]
            if others:
                yield (
                    f"{original.name} stands in {len(others) + 1} cells: the first counts as the "
                    "answer, the others stay as cells of their own"
                )


def _taken_from_questions(found: _Search) -> Iterator[str]:
    """Answers in words that stand in the text above their cell are moved to it."""
    for place, original in enumerate(found.lab):
        if place in found.places and place - 1 in found.places and found.unwritten(place):
            question = found.cells[found.places[place - 1]]
            typed = typed_into(question.source, found.lab[place - 1].source, frozenset())
            if typed.strip() and not found.lab[place - 1].name:
                found.cells[found.places[place]].source = typed.strip()
                yield f"{original.name}: the answer stood in the text above its cell"


def _pieces(found: _Search) -> dict[int, str]:
    """Cells that are a piece of a test, by their numbers: the test is put back whole."""
    kept = set(found.places.values())
    sources = {original.name: original.source for original in found.lab if original.fixed}
    return {
        number: name
        for name, source in sources.items()
        for number in found.copies.get(name, [])
        if number not in kept and is_piece(found.cells[number].source, source)
    }


def _typed_into(found: _Search, cell: NotebookNode, original: Original | None) -> list[str]:
    """What a learner wrote into a cell of the lab's own, where it can be told from the lab's."""
    if original is None or not original.fixed:
        return []
    answers = [names_meant(other.source) for other in found.lab if other.answer]
    text = typed_into(cell.source, original.source, set().union(*answers))
    return [text] if text.strip() else []


def _said_of_change(found: _Search, chosen: dict[int, Original], number: int) -> Iterator[str]:
    cell, original = found.cells[number], chosen[number]
    if not original.fixed or is_same(original.source, cell.source):
        return
    if is_same_code(original.source, cell.source):
        return
    if is_piece(cell.source, original.source) and number in _split(found, original):
        return
    if _typed_into(found, cell, original):
        yield f"{original.name}: what was typed into this test was run in a cell above it"
    if not holds(original.source, cell.source):
        yield (
            f"{original.name}: this test is not the one that was handed out; the lab's own was run"
        )


def _split(found: _Search, original: Original) -> list[int]:
    copies = found.copies.get(original.name, [])
    return copies if len(copies) > 1 else []


def _own_cell(text: str, original: Original | None) -> NotebookNode:
    code = original is None or original.cell_type == "code"
    made: NotebookNode = (nbformat.v4.new_code_cell if code else nbformat.v4.new_markdown_cell)(
        text
    )
    made["id"] = ""
    return made


def _settled(cell: NotebookNode, original: Original | None) -> NotebookNode:
    """The cell with the metadata that it has to have."""
    if original is None:
        if cell.cell_type == "code" and not tags(cell) and is_injected(cell):
            cell.metadata["tags"] = [INJECTED]
        return cell
    missing = [tag for tag in original.tags if tag not in tags(cell)]
    if missing and cell.cell_type == original.cell_type:
        cell.metadata["tags"] = [*tags(cell), *missing]
    return original.typed(cell) if original.name else cell


def _taken_out(notebook: NotebookNode, lab: list[Original], found: _Search) -> Iterator[str]:
    """Tests that were merged into the cell of an answer leave it."""
    missing = [o for place, o in enumerate(lab) if o.fixed and place not in found.places]
    answers = {original.name for original in lab if original.answer}
    for original in (each for each in missing if visible_lines(each.source)):
        for cell in notebook.cells:
            name = task_name(cell)
            if name in answers and holds(original.source, cell.source):
                cell.source = typed_into(cell.source, original.source, frozenset())
                yield f"{original.name}: it stood in the cell of {name}, and was put back"


def _restore(notebook: NotebookNode, lab: list[Original], found: _Search) -> list[str]:
    """Put back the cells worth points that are missing; their names."""
    missing = [o for place, o in enumerate(lab) if o.worth_points and place not in found.places]
    for original in missing:
        notebook.cells.insert(_place(original, lab, notebook.cells), original.restored())
    _give_ids(notebook)
    return [original.name for original in missing]


def _place(original: Original, lab: list[Original], cells: list[NotebookNode]) -> int:
    """Where a missing cell goes: behind its neighbour, else before the next cell of the lab.

    Without the neighbour, which a test's answer is, the learner's cells up to the lab's next one
    may hold that answer.
    """
    places = {name: number for number, cell in enumerate(cells) if (name := task_name(cell))}
    names = [other.name for other in lab if other.name]
    here = names.index(original.name)
    if here > 0 and names[here - 1] in places:
        return places[names[here - 1]] + 1
    after = [places[name] for name in names[here + 1 :] if name in places]
    return min(after, default=len(cells))


def _give_ids(notebook: NotebookNode) -> None:
    """An id for each new cell, the same each time."""
    used = {cell.get("id") for cell in notebook.cells}
    for cell in notebook.cells:
        if cell.get("id") == "":
            number = next(n for n in range(1, len(used) + 2) if f"added-{n}" not in used)
            cell["id"] = f"added-{number}"
            used.add(cell["id"])
