"""What every notebook of the course must look like, as one list of plain sentences.

``problems`` is what ``tests/notebooks`` asks for each file; an author may ask the same in
JupyterLab before committing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from nbformat import NotebookNode

from coursekit.authoring import limits
from coursekit.authoring.notebooks import KERNELSPEC
from coursekit.variants import Parameters

MAX_BYTES = 1_000_000
#: Shares of code cells whose output nbval may ignore; each needs a reason in its metadata.
MAX_IGNORED_SHARE = 0.05
IGNORE_TAG = "nbval-ignore-output"
REASON_KEY = "ignore_output_reason"
FORBIDDEN_TAGS = ("nbval-skip", "nbval-raises-exception")

#: The target of a link or picture, without the place in it.
_LINK = re.compile(r"\]\(([^()#\s]+)[^()]*\)")
#: A question of *Check yourself*: what one clicks on to see the answer.
_QUESTION = re.compile(r"<details><summary>(.*?)</summary>")
#: What a lesson has, in this order.
SKELETON = (
    r"^# ",
    r"^\*\*You will\*\*",
    r"\*\*Time\*\*",
    r"^## What we saw",
    r"^## Check yourself",
    r"^## Where to go next",
)
#: Text that differs between machines or runs.
VARYING = {
    r"(?<![\w.])/(home|root|tmp|Users|work|var/folders)/": "a path of one machine",
    r"\b[0-9a-f]{32}\b": "an id of one run",
    r"\b0x[0-9a-f]{8,}\b": "a memory address",
    r"\b20\d\d[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\.\d+": "a time of one run",
}


def problems(notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with any notebook of the course, lesson or lab."""
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids or len(set(ids)) < len(ids):
        yield "cells without an id, or two with the same"
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        yield f"its kernelspec is not {KERNELSPEC['name']!r} as in coursekit.authoring.notebooks"
    if "widgets" in notebook.metadata:
        yield "it keeps widget state"
    for number, cell in enumerate(notebook.cells):
        yield from _cell_problems(cell, f"cell {number} ({cell.get('id')})")


def lesson_problems(notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with a lesson, which is kept with the outputs of one clean run."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        yield "it was not executed once from top to bottom: run `make notebooks`"
    if not any(cell.outputs for cell in code):
        yield "no cell has an output, so a strict comparison would pass whatever the code does"
    elif not any("image/png" in o.get("data", {}) for cell in code for o in cell.outputs):
        yield "it has no picture"
    yield from ignored_outputs(code)
    yield from _skeleton_problems(notebook)
    yield from limits.limit_problems(notebook)
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            yield from _output_problems(output, f"cell {number} ({cell.id})")


def ignored_outputs(code: list[NotebookNode]) -> Iterator[str]:
    """Too many cells whose output is not compared, or one without a reason."""
    ignored = [cell for cell in code if IGNORE_TAG in cell.metadata.get("tags", ())]
    if len(ignored) > MAX_IGNORED_SHARE * len(code):
        yield f"{len(ignored)} of {len(code)} outputs are ignored; {MAX_IGNORED_SHARE:.0%} may be"
    for cell in ignored:
        if not cell.metadata.get(REASON_KEY, "").strip():
            yield f"cell {cell.id} ignores its output without {REASON_KEY!r} in its metadata"


def lab_problems(notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with a lab's source or release, which are kept without outputs."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(cell.outputs or cell.execution_count for cell in code):
        yield "it keeps outputs"
    if not code or "parameters" not in code[0].metadata.get("tags", ()):
        yield "its first code cell is not tagged 'parameters'"
    for opened in re.findall(r"\bopen_workspace\([^)]*\)", "\n".join(c.source for c in code)):
        if "keep=True" not in opened:
            yield f"{opened} without keep=True deletes what tasks left when it is run again"
    for field in fields(Parameters):
        if code and not re.search(rf"^{field.name} = ", code[0].source, re.MULTILINE):
            yield f"its parameters cell does not set {field.name}"


def dead_links(notebook: NotebookNode, folder: Path) -> Iterator[str]:
    """Links to files of the course, relative to the notebook's folder, that lead nowhere."""
    for number, cell in enumerate(notebook.cells):
        for target in _LINK.findall(cell.source if cell.cell_type == "markdown" else ""):
            if ":" not in target and not (folder / target).exists():
                yield f"cell {number} ({cell.get('id')}) links to {target}, which is not there"


def file_problems(path: Path) -> Iterator[str]:
    """What is wrong with the file itself."""
    if path.stat().st_size > MAX_BYTES:
        yield f"it has {path.stat().st_size:,} bytes; {MAX_BYTES:,} are allowed"
    if not path.read_bytes().endswith(b"}\n"):
        yield "it does not end with a newline: run `make notebooks`"


def _cell_problems(cell: NotebookNode, where: str) -> Iterator[str]:
    if "execution" in cell.metadata:
        yield f"{where} keeps execution times"
    for tag in FORBIDDEN_TAGS:
        if tag in cell.metadata.get("tags", ()):
            yield f"{where} is tagged {tag}"
    for pattern, what in VARYING.items():
        if re.search(pattern, cell.source):
            yield f"{where} names {what}"


def _output_problems(output: NotebookNode, where: str) -> Iterator[str]:
    if output.output_type == "error":
        yield f"{where} ends in an error"
    if output.get("name") == "stderr":
        yield f"{where} keeps stderr"
    data = output.get("data", {})
    if any("widget" in kind or "javascript" in kind for kind in data):
        yield f"{where} keeps a widget or a script"
    text = output.get("text", "") + data.get("text/plain", "") + data.get("text/html", "")
    for pattern, what in VARYING.items():
        if re.search(pattern, text):
            yield f"{where} prints {what}"


def _skeleton_problems(notebook: NotebookNode) -> Iterator[str]:
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    position = 0
    for heading in SKELETON:
        found = re.compile(heading, re.MULTILINE).search(text, position)
        if found is None:
            yield f"its skeleton lacks {heading!r}, or has it in another place"
        else:
            position = found.end()
    questions = _QUESTION.findall(text.partition("\n## Check yourself")[2])
    if not 3 <= len(questions) <= 5:
        yield f"it has {len(questions)} folded answers; 3 to 5 are wanted"
    elif any(not asked.startswith(f"{n}. ") for n, asked in enumerate(questions, 1)):
        yield "its questions do not stand as <details><summary>1. …</summary> above their answers"
