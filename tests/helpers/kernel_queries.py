"""What the tests of kernels ask one: a value, or the name of an error.

What a child prints arrives whenever it likes, also after the value: an output is found by what it
is and not by its place.
"""

from __future__ import annotations

import ast
import time
from typing import Any

from grader.kernels.student_kernel import StudentKernel

#: Seconds after which something hangs; what is only slow, on a busy machine, is through by then.
PATIENCE = 500.0


def value(kernel: StudentKernel, code: str, seconds: float = PATIENCE) -> object:
    """The value of the last line of a cell, which must be a literal."""
    status, outputs = kernel.run(code, seconds)
    assert status == "ok", outputs
    (result,) = (output for output in outputs if output["output_type"] == "execute_result")
    return ast.literal_eval(result["data"]["text/plain"])


def error(kernel: StudentKernel, code: str, seconds: float = PATIENCE) -> str:
    """The name of the exception that a cell ends with."""
    status, outputs = kernel.run(code, seconds)
    assert status == "error", (status, outputs)
    return error_name(outputs)


def error_name(outputs: list[dict[str, Any]]) -> str:
    (found,) = (output["ename"] for output in outputs if output["output_type"] == "error")
    return str(found)


def wait_for_looks(kernel: StudentKernel) -> None:
    """Wait until the watchdog has begun and ended a look at all that the kernel has now."""
    end, dog = kernel.watchdog.looks + 2, kernel.watchdog
    deadline = time.monotonic() + PATIENCE
    while dog.looks < end:
        assert dog._thread.is_alive(), dog.problem or "the watchdog has ended"
        assert time.monotonic() < deadline, "the watchdog does not look"
        time.sleep(0.05)
