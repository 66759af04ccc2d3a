"""Git and DVC commands from a notebook, with what they print in the answer and nowhere else."""

from __future__ import annotations

import io
import logging
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, cast
from unittest import mock

from coursekit.environment import known, switches

#: Who commits, so that Git needs no settings of the machine.
IDENTITY = {
    "GIT_AUTHOR_NAME": "Telco",
    "GIT_AUTHOR_EMAIL": "data@telco.example",
    "GIT_COMMITTER_NAME": "Telco",
    "GIT_COMMITTER_EMAIL": "data@telco.example",
}
#: A notebook may say otherwise, and when, by variables of its own.
_WHO_AND_WHEN = ("GIT_AUTHOR_", "GIT_COMMITTER_")
#: Git's messages are part of what a lesson prints.
LANGUAGE = {name: switches.REPEATABLE[name] for name in ("LC_ALL", "LANGUAGE")}

_SILENT = "it does not say why"


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
        env=known.environment(IDENTITY, _said_by_the_notebook(), switches.GIT, LANGUAGE),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _said_by_the_notebook() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(_WHO_AND_WHEN)}


def _dvc(words: list[str], folder: str | Path) -> tuple[int, str]:
    from dvc.cli import main
    from IPython.utils.capture import capture_output

    _no_git_settings_of_the_machine()
    here, logged = os.getcwd(), io.StringIO()
    # DVC's loggers keep the streams of their first import; its tables go to the display.
    for handler in logging.getLogger("dvc").handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(logged)
    try:
        with _reasons_and_umlauts() as quiet, capture_output() as captured:
            code = main(["--cd", str(folder), *words])
    finally:
        os.chdir(here)
    shown = "".join(output.data.get("text/plain", "") for output in captured.outputs)
    if quiet and not code:
        return code, ""  # in one process DVC goes on printing what it began to print
    return code, captured.stdout + shown + captured.stderr + logged.getvalue()


def _no_git_settings_of_the_machine() -> None:
    """Git's own variables (see ``switches``) are not heeded by libgit2, one of DVC's ways to read Git."""
    import pygit2
    from pygit2.enums import ConfigLevel

    for level in ("PROGRAMDATA", "SYSTEM", "XDG", "GLOBAL"):
        pygit2.settings.search_path[ConfigLevel[level]] = ""


@contextmanager
def _reasons_and_umlauts() -> Iterator[list[int]]:
    """Mend two things in DVC 3.67 for one command; yields a list that is not empty after a ``-q``.

    With ``-q`` it is silent about why it fails, too. And what it writes into its configuration must be
    ASCII, so that it has no remote in a folder ``Übung``, although it reads one.
    """
    import configobj
    from dvc import logger

    class Utf8ConfigObj(configobj.ConfigObj):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{"default_encoding": "utf-8", **options})

    usual, quiet = logger.set_loggers_level, list[int]()

    def keep_reasons(level: int = logging.INFO) -> AbstractContextManager[None]:
        if level != logging.CRITICAL:
            return cast(AbstractContextManager[None], usual(level))
        quiet.append(level)
        return nullcontext()

    with (
        mock.patch.object(logger, "set_loggers_level", keep_reasons),
        mock.patch.object(configobj, "ConfigObj", Utf8ConfigObj),
    ):
        yield quiet
