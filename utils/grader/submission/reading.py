"""The one function that reads what a learner handed in, in Validate as in grading."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from grader.outcomes import REMARKS
from grader.submission.decoding import CONFLICT, LARGEST, parse
from grader.submission.mending import mend
from grader.submission.remarks import add_repairs


def read_notebook(path: Path) -> NotebookNode:
    """A notebook that can be run and saved again, with remarks on what was mended.

    Raises:
        ValueError: it is none; the message is a clause that says why.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"the file is larger than {LARGEST // 2**20} MB")
    return reads(path.read_bytes())


def reads(data: bytes) -> NotebookNode:
    """As :func:`read_notebook`, of the bytes of the file."""
    found, repaired = parse(data)
    try:
        notebook, more, texts = mend(found)
    except RecursionError:
        raise ValueError("the file is nested too deep") from None
    notebook.metadata[REMARKS] = []
    add_repairs(notebook, repaired + more)
    if texts:
        notebook.metadata[REMARKS].append(f"kept as text: {', '.join(texts)}")
    conflicts = [n for n, cell in enumerate(notebook.cells, 1) if _is_conflict(cell.source)]
    if conflicts:
        places = ", ".join(f"cell {number}" for number in conflicts)
        notebook.metadata[REMARKS].append(f"the marks of a merge conflict stand in {places}")
    return notebook


def _is_conflict(source: str) -> bool:
    return {found[0] for found in CONFLICT.findall(source)} == set("<=>")
