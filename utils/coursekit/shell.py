"""Git and DVC commands from a notebook, with what they print in the answer and nowhere else."""

from __future__ import annotations

import io
import logging
import os
import shlex
import subprocess
from pathlib import Path

#: Who commits, so that Git needs no settings of the machine.
IDENTITY = {
    "GIT_AUTHOR_NAME": "Telco",
    "GIT_AUTHOR_EMAIL": "data@telco.example",
    "GIT_COMMITTER_NAME": "Telco",
    "GIT_COMMITTER_EMAIL": "data@telco.example",
}

_SILENT = "it does not say why; without -q it might"


class CommandError(RuntimeError):
    """A command failed; the message is the command and what it printed."""


def run(command: str, folder: str | Path) -> str:
    """Run one command in ``folder`` and return what it printed.

    ``dvc`` runs in this process, because each start of the program takes a second or more;
    everything else runs as a program. ``command`` is split as a shell would split it, and no shell
    sees it. The working directory stays as it was.

    Raises:
        CommandError: if it fails.
        FileNotFoundError: if there is no such program or folder.
    """
    program, *words = shlex.split(command)
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"there is no folder {folder} to run {command!r} in")
    code, printed = _dvc(words, folder) if program == "dvc" else _program(program, words, folder)
    if code:
        raise CommandError(f"{command!r} failed: {printed.strip() or _SILENT}")
    return printed


def _program(program: str, words: list[str], folder: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [program, *words],
        cwd=folder,
        env=IDENTITY | os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _dvc(words: list[str], folder: str | Path) -> tuple[int, str]:
    from dvc.cli import main
    from IPython.utils.capture import capture_output

    here, logged = os.getcwd(), io.StringIO()
    # DVC's loggers keep the streams of their first import; its tables go to the display.
    for handler in logging.getLogger("dvc").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(logged)
    try:
        with capture_output() as captured:
            code = main(["--cd", str(folder), *words])
    finally:
        os.chdir(here)
    shown = "".join(output.data.get("text/plain", "") for output in captured.outputs)
    return code, captured.stdout + shown + captured.stderr + logged.getvalue()
