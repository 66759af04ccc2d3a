"""What is said of a submission beside its points, kept in the metadata of its notebook."""

from __future__ import annotations

from nbformat import NotebookNode

from grader.outcomes import REMARKS

_REPAIRED = "repaired: "


def add_repairs(notebook: NotebookNode, repaired: list[str]) -> None:
    """Add short phrases to the remark that begins with "repaired"."""
    remarks = notebook.metadata.setdefault(REMARKS, [])
    if repaired and remarks and remarks[0].startswith(_REPAIRED):
        remarks[0] = ", ".join([remarks[0], *repaired])
    elif repaired:
        remarks.insert(0, _REPAIRED + ", ".join(repaired))
