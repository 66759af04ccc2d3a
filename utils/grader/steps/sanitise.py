"""What is left of a learner's notebook where a page is made of it."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor

from grader.feedback.sanitise import CUT, PAGE, TEXT, Patience, clean_cell, without_html


class Sanitise(NbGraderPreprocessor):
    """Leaves nothing in a notebook that its page could run, load, or choke on."""

    longest = TEXT

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        left, patience = PAGE, Patience(self.longest)
        cells = []
        for cell in nb.cells:
            marks = cell.metadata.get("nbgrader")
            clean = clean_cell(cell, marks, patience)
            size = len(str(clean))
            if marks is None and size > left:
                cells.append(nbformat.v4.new_markdown_cell(CUT))
                break
            left -= size
            cells.append(clean)
        # The lab's own cells stay, whatever the learner's take up.
        rest = nb.cells[len(cells) :]
        cells += [clean_cell(c, m, patience) for c in rest if (m := c.metadata.get("nbgrader"))]
        nb.cells = cells
        return nb, resources


class SafeToRead(Sanitise):
    """For the graded copy, which formgrader shows with JupyterLab's own rights.

    Its page runs what the notebook says, so HTML in Markdown becomes text as well.
    Text is as long as it was: this is what an instructor looks at.
    """

    longest = PAGE

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if cell.cell_type != "code":  # also one that says it is the lab's own
                cell.source = without_html(cell.source)
            for output in cell.get("outputs", []):
                if "text/markdown" in output.get("data", {}):
                    output.data["text/markdown"] = without_html(output.data["text/markdown"])
        return nb, resources
