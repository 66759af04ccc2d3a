"""An empty MLflow store, made once per MLflow version: creating its tables takes seconds."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
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


def _let_others_read(path: Path) -> None:
    """Where root grades, a learner's kernel has a user of its own."""
    with suppress(OSError):  # it belongs to somebody else
        path.chmod(0o644)
