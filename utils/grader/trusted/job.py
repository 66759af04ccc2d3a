"""One submission to run, as it can be sent to another process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.trusted.lab_names import LabNames


@dataclass(frozen=True)
class Job:
    """One submission to run; it can be sent to another process.

    Attributes:
        notebook: the learner's, with the instructor's cells put back.
        tests: the source of each test cell by its grade_id, as the instructor wrote it. Only
            these are run by the grader, whatever the notebook says.
        parameters: values of the parameters, from the record of the release.
        names: what the lab's own source imports and defines.
        files: a folder with what lies beside the notebook.
        in_place: run in ``files`` itself and not in a copy, on the learner's own machine: kernel and
            examiner see the same folders, and there must be no sandbox.
        restored: the folder that new files of the learner are put into, if they are to be kept.
    """

    notebook: NotebookNode
    tests: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)
    names: LabNames = field(default_factory=LabNames)
    files: Path | None = None
    in_place: bool = False
    restored: Path | None = None
