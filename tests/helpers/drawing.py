"""Draw what this run tries: repeatable for a commit, another one with the next commit.

Where trying everything costs too much for each run, a run tries one of the choices, and over the
commits all of them have their turn. `make long` tries all. Whoever checks out the commit of a
failure draws the same; that also holds for all processes of a run.
"""

from __future__ import annotations

import functools
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

#: What stands for the commit where there is none, as in an unpacked archive.
NO_COMMIT = "no commit"


def drawn[T](name: str, choices: Sequence[T]) -> T:
    """One of ``choices``, by ``name`` and the commit that is checked out.

    Args:
        name: says what is drawn, so that not everything moves in step.
        choices: at least one; their order counts.
    """
    return random.Random(f"{commit()} {name}").choice(choices)


@functools.cache
def commit() -> str:
    """The commit that is checked out; changes that are not committed do not count."""
    # The checkout may belong to another user, as in containers: reading HEAD runs none of its code.
    command = ["git", "-c", "safe.directory=*", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return NO_COMMIT
    return done.stdout.strip()
