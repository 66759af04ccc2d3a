"""What other editors and people make of a solved notebook: all that its answers are worth is due.

Each harm is given the JSON of the solved tiny lab, and returns the text or bytes of a file.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]
DRAWN = {"data": {"image/png": "aGk="}, "metadata": {}, "output_type": "display_data"}

#: What is said of a notebook that has lost the names of all of its cells.
ALL_LOST = (
    "repaired: metadata of double, double-test, number, number-test, add, add-test and 1 more"
)


@dataclass(frozen=True)
class Harm:
    """One way to harm a notebook, and what is said of it."""

    make: Callable[[Notebook], str | bytes]
    remark: str = ""


def text_of(notebook: Notebook) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def cell_of(notebook: Notebook, name: str) -> Cell:
    """The cell of a task."""
    return notebook["cells"][place_of(notebook, name)]


def place_of(notebook: Notebook, name: str) -> int:
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    return names.index(name)


def code(source: str, **more: Any) -> Cell:
    usual: Cell = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": "own", "source": source} | usual | more


def _each(change: Callable[[Cell], object], kind: str = "") -> Callable[[Notebook], str]:
    """Change all cells, or those of a type."""

    def make(notebook: Notebook) -> str:
        for cell in notebook["cells"]:
            if not kind or cell["cell_type"] == kind:
                change(cell)
        return text_of(notebook)

    return make


def _whole(**fields: Any) -> Callable[[Notebook], str]:
    """Change fields of the notebook itself; None takes one away."""

    def make(notebook: Notebook) -> str:
        changed = notebook | fields
        return text_of({key: value for key, value in changed.items() if value is not None})

    return make


def _added(cell: object, place: int = 3) -> Callable[[Notebook], str]:
    def make(notebook: Notebook) -> str:
        notebook["cells"].insert(place, cell)
        return text_of(notebook)

    return make


def _in_output(output: Cell) -> Callable[[Notebook], str]:
    def make(notebook: Notebook) -> str:
        next(c for c in notebook["cells"] if c["cell_type"] == "code")["outputs"] = [output]
        return text_of(notebook)

    return make


def _as_colab(notebook: Notebook) -> str:
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id")
    notebook["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
    return text_of(notebook | {"nbformat_minor": 0})


def _stripped(notebook: Notebook, *, ids: bool) -> Notebook:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {}
        cell["id"] = cell["id"] if ids else f"new-{number}"
    return notebook


def _as_version_3(notebook: Notebook) -> str:
    cells = []
    for cell in notebook["cells"]:
        made = {key: cell[key] for key in ("cell_type", "metadata", "source")}
        if cell["cell_type"] == "code":
            made |= {"input": made.pop("source"), "language": "python", "outputs": [{}]}
        cells.append(made)
    older = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    return text_of(older | {"worksheets": [{"cells": cells, "metadata": {}}]})


def _typed_again(*names: str) -> Callable[[Notebook], str]:
    """New cells in the place of old ones."""

    def make(notebook: Notebook) -> str:
        for name in names:
            cell_of(notebook, name).update(id=f"again-{name}", metadata={})
        return text_of(notebook)

    return make


def _answered_below(notebook: Notebook) -> str:
    """The cell for the answer in words is left as it was, and the answer stands in another."""
    why = cell_of(notebook, "why")
    typed = {"cell_type": "markdown", "id": "own", "metadata": {}, "source": why["source"]}
    why["source"] = "YOUR ANSWER HERE"
    notebook["cells"].append(typed)
    return text_of(notebook)


def _split(name: str, lines: int) -> Callable[[Notebook], str]:
    def make(notebook: Notebook) -> str:
        place = place_of(notebook, name)
        first, second = (deepcopy(notebook["cells"][place]) for _ in range(2))
        text = first["source"].split("\n")
        first["source"], second["source"] = "\n".join(text[:lines]), "\n".join(text[lines:])
        second["id"] += "-2"
        notebook["cells"][place : place + 1] = [first, second]
        return text_of(notebook)

    return make


def _words_split(notebook: Notebook) -> str:
    cell_of(notebook, "why")["source"] += "\nAnd so on."
    return _split("why", 1)(notebook)


def _merged(notebook: Notebook) -> str:
    test = notebook["cells"].pop(place_of(notebook, "add-test"))
    cell_of(notebook, "add")["source"] += f"\n\n{test['source']}"
    return text_of(notebook)


def _typed_into_test(before: str = "", *, change: bool = False) -> Callable[[Notebook], str]:
    """The answer stands in the test, and its own cell is empty."""

    def make(notebook: Notebook) -> str:
        answer, test = cell_of(notebook, "add"), cell_of(notebook, "add-test")
        source = test["source"].replace("== 3", "== 4") if change else test["source"]
        test["source"] = f"{before}{answer['source']}\n\n{source}"
        answer["source"] = ""
        return text_of(notebook)

    return make


def _reformatted(notebook: Notebook) -> str:
    """A program has formatted the code, and nothing else says which cells these are."""
    _stripped(notebook, ids=False)
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace(" == ", "==").replace("assert ", "assert  ")
    return text_of(notebook)


def _in_code_cell(notebook: Notebook) -> str:
    """The answer in words was typed into a new cell, which is one of code if nobody changes it."""
    cell = code(cell_of(notebook, "why")["source"])
    notebook["cells"][place_of(notebook, "why")] = cell
    return text_of(notebook)


def _conflict(notebook: Notebook) -> str:
    words = "<<<<<<< local\nBecause two and two is four.\n=======\nNo.\n>>>>>>> remote"
    cell_of(notebook, "why")["source"] = words
    return text_of(notebook)


def _as_raw(notebook: Notebook) -> str:
    for name in ("add", "add-test"):
        cell = cell_of(notebook, name)
        cell["cell_type"] = "raw"
        del cell["outputs"], cell["execution_count"]
    return text_of(notebook)


def _copied(notebook: Notebook) -> str:
    place = place_of(notebook, "add")
    notebook["cells"].insert(place + 1, deepcopy(notebook["cells"][place]))
    return text_of(notebook)


def _in_halves(notebook: Notebook) -> str:
    cell_of(notebook, "why")["source"] += " HALF"
    return text_of(notebook).replace("HALF", "\\ud83d")


def _ids_bad(notebook: Notebook) -> str:
    notebook["cells"][0]["id"] = "#VSC-1a2b3c"
    return text_of(notebook)


HARMS: dict[str, Harm] = {
    "nothing": Harm(text_of),
    # --- the file
    "byte-order mark": Harm(lambda n: "\ufeff" + text_of(n), "repaired: a byte-order mark"),
    "UTF-16": Harm(lambda n: text_of(n).encode("utf-16"), "repaired: text in UTF-16"),
    "NUL characters": Harm(
        lambda n: text_of(n) + "\0" * 512, "repaired: NUL characters behind its end"
    ),
    "saved twice": Harm(
        lambda n: text_of(n) + "\n" + text_of(n),
        "repaired: the notebook stood in the file twice",
    ),
    "a longer file overwritten": Harm(
        lambda n: text_of(n) + '"]}\n }', "repaired: 6 characters behind the end of the notebook left out"
    ),
    "gzip": Harm(lambda n: gzip.compress(text_of(n).encode()), "repaired: gzip compression"),
    "line ends of Windows": Harm(lambda n: text_of(n).replace("\n", "\r\n")),
    "line ends in sources": Harm(_each(lambda c: c.update(source=c["source"].replace("\n", "\r\n")))),
    # --- the format
    "format 4.4 with ids": Harm(_whole(nbformat_minor=4), "repaired: format number"),
    "format as text": Harm(_whole(nbformat="4"), "repaired: format number"),
    "format with a point": Harm(_whole(nbformat=4.0, nbformat_minor=5.0), "repaired: format number"),
    "no format": Harm(_whole(nbformat=None, nbformat_minor=None), "repaired: format number"),
    "format 4.6": Harm(_whole(nbformat_minor=6)),
    "format 3": Harm(_as_version_3),
    "Colab": Harm(_as_colab),
    # --- fields
    "no outputs": Harm(_each(lambda c: c.pop("outputs"), "code"), "repaired: missing fields"),
    "no counts": Harm(_each(lambda c: c.pop("execution_count"), "code"), "repaired: missing fields"),
    "outputs of texts": Harm(_each(lambda c: c.update(outputs=[]), "markdown"), "repaired: unknown fields"),
    "nteract": Harm(_each(lambda c: c.update(outputExpanded=True)), "repaired: unknown fields"),
    "no metadata": Harm(
        _added({"cell_type": "markdown", "id": "own", "source": "notes"}), "repaired: missing fields"
    ),
    "sources in lines": Harm(_each(lambda c: c.update(source=c["source"].splitlines(True)))),
    "tags that are none": Harm(
        _added(code("1", metadata={"tags": "x", "collapsed": 3})), "repaired: metadata or outputs"
    ),
    "language without name": Harm(
        _whole(metadata={"language_info": {"version": "3"}}), "repaired: metadata or outputs"
    ),
    "kernel of another language": Harm(
        _whole(metadata={"kernelspec": {"name": "ir", "display_name": "R"}})
    ),
    "transient output": Harm(_in_output(DRAWN | {"transient": {}}), "repaired: metadata or outputs"),
    "stream without name": Harm(
        _in_output({"output_type": "stream", "text": "x"}), "repaired: metadata or outputs"
    ),
    "NaN in an output": Harm(_in_output(DRAWN | {"data": {"application/json": float("nan")}})),
    # --- cells
    "odd id": Harm(_ids_bad, "repaired: cell ids"),
    "no ids": Harm(_each(lambda c: c.pop("id")), "repaired: cell ids"),
    "empty id": Harm(_added(code("a = 1", id="")), "repaired: cell ids"),
    "unknown type": Harm(
        _added({"cell_type": "heading", "id": "own", "level": 1, "metadata": {}, "source": "Hi"}),
        "repaired: unknown types of cells",
    ),
    "no cell": Harm(_added("just words"), "kept as text: cell 4"),
    "no type": Harm(_added({"source": ["my", " notes"]}), "kept as text: cell 4"),
    "no text": Harm(_added(code("") | {"source": {"a": 1}}), "kept as text: cell 4"),
    "half a character": Harm(_in_halves, "repaired: halves of characters"),
    # --- the lab's own cells
    "metadata lost": Harm(
        lambda n: text_of(_stripped(n, ids=True)), ALL_LOST
    ),
    "metadata and ids lost": Harm(
        lambda n: text_of(_stripped(n, ids=False)), ALL_LOST
    ),
    "typed again": Harm(_typed_again("double", "why"), "repaired: metadata of double, why"),
    "answered below": Harm(_answered_below, "repaired: metadata of why"),
    "typed into code": Harm(_in_code_cell, "repaired: metadata of why, type of why"),
    "formatted": Harm(_reformatted, ALL_LOST),
    "merge in a cell": Harm(_conflict, "the marks of a merge conflict stand in cell 11"),
    "raw cells": Harm(_as_raw, "repaired: type of add, add-test"),
    "copied with its id": Harm(_copied, "repaired: cell ids"),
    "answer split": Harm(
        _split("number", 0),
    ),
    "words split": Harm(
        _words_split,
        "why stands in 2 cells: the first counts as the answer, the others stay as cells of their own",
    ),
    "test split": Harm(_split("double-test", 2), "in pieces and put together: double-test"),
    "merged": Harm(_merged, "add-test: it stood in the cell of add, and was put back"),
    "typed into a test": Harm(
        _typed_into_test("# my try\n"),
        "add-test: what was typed into this test was run in a cell above it",
    ),
    "typed into a changed test": Harm(
        _typed_into_test(change=True),
        "add-test: what was typed into this test was run in a cell above it; "
        "add-test: this test is not the one that was handed out; the lab's own was run",
    ),
}  # fmt: skip

#: What is no notebook, and the clause that says what it is.
NO_NOTEBOOKS: dict[str, tuple[str | bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "blanks": (b" \n\0\0", "the file is empty"),
    "page": ("\n<!-- saved --><!DOCTYPE html><html></html>", "it is a web page (HTML)"),
    "RTF": (b"{\\rtf1", "it is a text document (RTF)"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1", "it is a pointer of Git LFS and not the file itself"),
    "PDF": (b"%PDF-1.4\n%", "it is a PDF document"),
    "zip": (b"PK\x03\x04", "it is a zip archive, or an Office document"),
    "beside a file": (b"\0\5\x16\7\0\2", "it is what macOS keeps beside a file"),
    "merge": ('{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> main\n]}',
              "it holds the marks of a merge conflict, from line 2 on"),
    "cut off": ('{"cells": [{"source": "x', "the file is not valid JSON (it ends in the middle)"),
    "no JSON": ("{\n'cells': []}", "the file is not valid JSON (line 2)"),
    "Latin-1": (b'{"cells": "\xe4"}', "the file is not UTF-8 text"),
    "damaged gzip": (b"\x1f\x8b12345", "it is a gzip archive that is damaged"),
    "deep": ("[" * 100_000, "the file is nested too deep"),
    "list": ("[]", "the file holds other JSON than a notebook"),
    "other": ('{"type": "FeatureCollection"}', "the file holds other JSON than a notebook"),
    "no list": ('{"cells": 1, "nbformat": 4}', "the file has no list of cells"),
    "newer": ('{"cells": [], "nbformat": 7}', "its format 7 is newer than 4, which Jupyter reads"),
    "old": ('{"worksheets": [3], "nbformat": 3}', "its format 3 is damaged (TypeError)"),
}  # fmt: skip
