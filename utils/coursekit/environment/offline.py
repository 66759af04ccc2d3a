"""Run a command where no network exists but loopback: ``python -m coursekit.environment.offline COMMAND``.

Uses bubblewrap (Linux). Where it is not installed or not allowed, says so and runs the command
with the network as it is.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys

from coursekit.environment import known


def wrapper() -> list[str]:
    """The words to put before a command so that it has no network but its own loopback."""
    # The command is trusted (our own tests) and may itself start sandboxes, so it keeps what
    # privileges it has: only the network goes.
    capabilities = ["--cap-add", "ALL"] if os.geteuid() == 0 else []
    return [
        "bwrap",
        "--dev-bind",
        "/",
        "/",
        "--unshare-net",
        *capabilities,
        "--die-with-parent",
        "--",
    ]


@functools.cache
def why_not() -> str | None:
    """Why the network cannot be cut on this machine, or None when it can."""
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian and Ubuntu: sudo apt install bubblewrap)"
    tried = subprocess.run(
        [*wrapper(), "true"], env=known.environment(), capture_output=True, text=True, check=False
    )
    return tried.stderr.strip() if tried.returncode else None


def main(command: list[str]) -> int:
    """Run ``command`` and return its exit code."""
    if not command:
        print(
            "usage: python -m coursekit.environment.offline COMMAND [ARGUMENT ...]", file=sys.stderr
        )
        return 2
    reason = why_not()
    if reason:
        print(f"The network stays on for this run: {reason}.", file=sys.stderr, flush=True)
    words = [*([] if reason else wrapper()), *command]
    return subprocess.run(words, env=known.environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
