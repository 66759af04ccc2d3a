"""The course that a command works in, and what a learner's copy of it cannot do."""

from __future__ import annotations

from pathlib import Path

from coursecli.terminal import fail
from coursekit import paths


def course_folder() -> Path:
    """The course of the working directory; one sentence and exit code 1 where there is none."""
    try:
        return paths.course_root()
    except FileNotFoundError as error:
        raise fail(f"{error}.") from error


def full_course(command: str, audience: str) -> Path:
    """The course, if it is not a learner's copy; else one sentence and exit code 1."""
    root = course_folder()
    if paths.is_learners_copy(root):
        raise fail(
            f"`course {command}` is for {audience}: it needs solutions/ and tests/, which a "
            "learner's copy does not have."
        )
    return root
