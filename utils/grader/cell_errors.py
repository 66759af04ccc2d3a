"""The errors by which the grader itself says how a cell ended, as outputs of that cell.

Their names stand in graded copies, reasons and feedback. A learner's own class of such a name is
another one: :mod:`grader.kernels.outputs` marks it.
"""

from __future__ import annotations

from typing import Any

TIMEOUT = "CellTimeoutError"
DEAD_KERNEL = "DeadKernelError"
NO_EXAMINER = "ExaminerError"
NOT_AVAILABLE = "NotAvailableError"
#: Ends of a cell that are not the test's doing; their messages hold nothing of it.
ALL = (TIMEOUT, DEAD_KERNEL, NO_EXAMINER, NOT_AVAILABLE)

#: A kernel's own error where the code asks for input and nobody is there, and what is said of it.
NO_INPUT = "StdinNotImplementedError"
ASKED = "asks for input(); a notebook that is graded has nobody to answer"


def timed_out(seconds: float) -> dict[str, Any]:
    """The error of a cell that was stopped after so many seconds."""
    return error_output(TIMEOUT, f"stopped after {seconds:g} seconds")


def timed_out_reply(seconds: float) -> dict[str, Any]:
    """The same as nbclient wants it: a kernel's reply, for ``Execute.error_on_timeout``."""
    error = timed_out(seconds)
    del error["output_type"]
    return error


def error_output(name: str, message: str) -> dict[str, Any]:
    """An error as a kernel reports it."""
    return {
        "output_type": "error",
        "ename": name,
        "evalue": message,
        "traceback": [f"{name}: {message}"],
    }
