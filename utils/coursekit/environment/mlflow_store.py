"""A notebook's MLflow store: begun empty from a template, because creating its tables takes seconds.

A store that is begun anew stays the same file on the disk. The tile's server (``tiles``) may have it
open; SQLite's locks belong to a file, its journal to a name, and a server that still reads the deleted
file of a name would take the new one's journal for that of its own, and remove it.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path

from coursekit import paths

#: A notebook's store, in its workspace.
FILE = "mlflow.db"
#: The template's name, in the course's cache.
NAME = f"mlflow-{version('mlflow')}.db"


def uri(database: Path) -> str:
    """What MLflow calls the store in an SQLite file."""
    return f"sqlite:///{database.resolve().as_posix()}"


def open_quietly() -> None:
    """Keep MLflow from announcing each database that it opens, on stderr: in a notebook, to learners.

    CI would not see it, because no comparison reads stderr.
    """
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)


def empty() -> Path:
    """An SQLite file with MLflow's tables and nothing in them; copy it, do not write to it."""
    open_quietly()
    template = paths.cache_dir() / NAME
    if template.exists():
        _let_others_read(template)
        return template
    from mlflow.store.db.utils import _initialize_tables
    from sqlalchemy import create_engine

    # Made beside the template and renamed: notebooks that start together must not see half a file.
    handle, draft = tempfile.mkstemp(dir=template.parent, suffix=".db")
    os.close(handle)
    engine = create_engine(uri(Path(draft)))
    _initialize_tables(engine)
    engine.dispose()
    os.replace(draft, template)
    _let_others_read(template)
    return template


def set_aside(folder: Path) -> None:
    """Before a notebook's folder is deleted: keep its store beside it, for :func:`begin`."""
    with suppress(OSError):  # the folder has none
        os.replace(folder / FILE, _aside(folder))


def begin(folder: Path) -> Path:
    """The empty store of a notebook's folder: the one that was set aside, emptied, or a new file.

    Waits while another process reads or writes the old one.
    """
    database, old = folder / FILE, _aside(folder)
    if old.exists():
        os.replace(old, database)
        with suppress(sqlite3.DatabaseError):  # it is no database
            with (
                closing(sqlite3.connect(empty())) as template,
                closing(sqlite3.connect(database)) as connection,
            ):
                template.backup(connection)
            return database
        database.unlink()
    shutil.copyfile(empty(), database)
    return database


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-{FILE}")


def _let_others_read(path: Path) -> None:
    """Where root grades, a learner's kernel has a user of its own."""
    with suppress(OSError):  # it belongs to somebody else
        path.chmod(0o644)
