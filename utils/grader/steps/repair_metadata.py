"""A submission's nbgrader metadata, back to what was handed out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from grader.submission import cells_in_gradebook, recognise


class RepairMetadata(NbGraderPreprocessor):
    """First step of autograde, in place of nbgrader's `DeduplicateIds`.

    That one leaves empty metadata in a copied cell, on which a later step fails; and a missing
    test behind a missing answer, or metadata without a name, fails in `OverwriteCells`.
    """

    source_directory = Unicode("solutions", help="Folder of the source notebooks").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        marks = resources["nbgrader"]
        source = Path(self.source_directory, marks["assignment"], f"{marks['notebook']}.ipynb")
        with Gradebook(marks["db_url"]) as gradebook:
            stored = gradebook.find_notebook(marks["notebook"], marks["assignment"])
            known = nbformat.read(source, as_version=4) if source.is_file() else None
            lab = cells_in_gradebook(stored, known)
        return recognise(nb, lab).notebook, resources
