"""The exporter of nbgrader's autograde, which reads a submission as Validate does."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from grader.nbgrader_internals import reads_submissions
from grader.submission import reads


class SubmissionExporter(NotebookExporter):
    """Opens what was handed in by :func:`grader.submission.reads`; what autograde wrote, as it is."""

    def from_file(
        self, file_stream: Any, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if not reads_submissions(self.parent):
            return super().from_file(file_stream, resources, **kw)
        # The stream decodes, as strictly as no file of a learner's has to be.
        return self.from_notebook_node(reads(file_stream.buffer.read()), resources, **kw)
