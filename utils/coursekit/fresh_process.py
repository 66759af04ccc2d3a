"""Call a function in a new Python, in which texts have other hashes: is its answer repeatable?

The course's kernels fix the seed of Python's hashes, so that what is drawn from a set of texts, or
with a ``hash()``, looks repeatable in them. In production no two processes agree on it. A process
cannot change its own seed, nor can a fork of it; only a new one starts with another. It takes about
as long as the imports of what the function uses.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cloudpickle

from coursekit.environment import known

_SEED = "PYTHONHASHSEED"


class FreshProcessError(RuntimeError):
    """The function could not be called there; one sentence."""


def call_elsewhere(function: Callable[..., Any], *args: Any) -> Any:
    """What ``function(*args)`` returns in a new process with another seed of hashes.

    A function that was defined in a notebook goes there with what it uses of the notebook's names.

    Raises:
        Exception: what the function raises there.
        FreshProcessError: it, its arguments or its result cannot be sent, or the process ended early.
    """
    try:
        sent = cloudpickle.dumps((function, args))
    except Exception as error:  # whatever an object of the notebook's says when it is pickled
        raise FreshProcessError(f"it cannot be sent to another process: {error}") from None
    other = "1" if os.environ.get(_SEED) != "1" else "2"
    done = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import main; main()"],
        input=sent,
        env=known.environment({_SEED: other}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    try:
        returned, value = pickle.loads(done.stdout)
    except Exception:
        raise FreshProcessError("the other process ended without an answer") from None
    if not returned:
        raise value
    return value


def _outcome(sent: bytes) -> bytes:
    """Whether the call returned, and the result or what it raised."""
    try:
        function, args = pickle.loads(sent)
        return cloudpickle.dumps((True, function(*args)))
    except BaseException as error:  # SystemExit is an answer like any other
        try:
            pickle.loads(said := cloudpickle.dumps((False, error)))
        except Exception:  # an exception that does not survive the way
            said = cloudpickle.dumps((False, FreshProcessError(f"{type(error).__name__}: {error}")))
        return said


def main() -> None:
    """The other process: the call on stdin, its outcome on stdout, which the function cannot reach."""
    out = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(out, "wb") as answer:
        answer.write(_outcome(sys.stdin.buffer.read()))
