"""A PostgreSQL server of one test: its own folder, its own user, its own end."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coursekit.environment import known
from coursekit.environment.ports import free_port
from marks import find_postgresql

#: Debian's package makes this user; PostgreSQL does not run as root.
OWNER = "postgres"


@contextmanager
def running() -> Iterator[str]:
    """The address of an empty database, with the password in it, as SQLAlchemy and MLflow take it."""
    programs = find_postgresql()
    assert programs is not None, "the test needs the mark needs('postgresql')"
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as scratch:
        folder, password = Path(scratch), secrets.token_hex(8)
        (folder / "password").write_text(password)
        if os.getuid() == 0:
            for path in (folder, folder / "password"):
                shutil.chown(path, OWNER)
        data = str(folder / "data")
        port = free_port()
        _run(programs / "initdb", "-D", data, "-U", "mlflow", "--auth=scram-sha-256",
             f"--pwfile={folder / 'password'}", "--no-sync", "--locale=C", "--encoding=UTF8")  # fmt: skip
        # Nothing of it needs to survive a crash.
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -F"
        _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "-t", "120",
             "start")  # fmt: skip
        try:
            yield f"postgresql+psycopg://mlflow:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*words: str | Path) -> None:
    command = [str(word) for word in words]
    if os.getuid() == 0:
        command = ["runuser", "-u", OWNER, "--", *command]
    # To a file that nobody keeps: the server would hold a pipe open.
    done = subprocess.run(
        command, env=known.environment(), cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{words[0]} ended with {done.returncode}"
