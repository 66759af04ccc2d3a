"""All exceptions of the grader, by whom they concern.

RuntimeError
 · CourseError              the instructor can put it right; the message says what
 · ConversionError          nbgrader could not convert an assignment; has its log
 · InfrastructureError      cells cannot be run where they should be: no learner's doing
   · ForkError              the fork server did not start or could not fork
 · SandboxMissingError      no sandbox can be made on this machine
 · KernelGoneError          a learner's kernel cannot answer any more
 · RemoteError              something in the learner's kernel that is not the test's own doing
   · NotAvailableError      … because it died, was stopped, or took too long
 · ThreadsError             a library started a thread while the fork server imported it
ValueError
 · ParametersError          it is not known which variant a learner was handed out
TypeError
 · NotPlainDataError        a value, or bytes from the other side, that may not cross the wire
ConnectionError
 · ConnectionClosedError    the other end of the wire hung up
Exception
 · LimitPassedError         inside of the watchdog: a limit is passed

Each message is one sentence or clause for the person it concerns.
"""

from __future__ import annotations

import logging
import sys


class CourseError(RuntimeError):
    """Something the instructor can put right; the message says what."""


class Transcript(logging.Handler):
    """Collects what nbgrader logs, so that a failure's reason can be read from it.

    Attributes:
        lines: the messages.
        errors: the exceptions that nbgrader was handling when it logged; it drops most of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        error = sys.exception()
        if error is not None:
            self.errors.append(error)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class ConversionError(RuntimeError):
    """nbgrader could not convert an assignment; the transcript holds its log."""

    def __init__(self, message: str, transcript: Transcript) -> None:
        super().__init__(message)
        self.transcript = transcript


class InfrastructureError(RuntimeError):
    """Cells cannot be run where they should be, which is no learner's doing."""


class ForkError(InfrastructureError):
    """The fork server did not start or could not fork; the message says why."""


class SandboxMissingError(RuntimeError):
    """No sandbox can be made on this machine; the message names the remedy."""


class KernelGoneError(RuntimeError):
    """The kernel cannot answer any more; the message says why."""


class RemoteError(RuntimeError):
    """Something in the learner's kernel that is not the test's own doing."""


class NotAvailableError(RemoteError):
    """The learner's kernel cannot answer: it died, was stopped, or took too long."""


class ThreadsError(RuntimeError):
    """A library started a thread while it was imported: a fork would leave its locks behind."""


class ParametersError(ValueError):
    """A learner's parameters are not known; the message says what to do."""


class NotPlainDataError(TypeError):
    """A value, or bytes from the other side, that is not plain data or too much of it."""


class ConnectionClosedError(ConnectionError):
    """The other end hung up."""


class LimitPassedError(Exception):
    """A limit is passed; the message says which, as a clause."""
