"""An empty MLflow store, made once per MLflow version: creating its tables takes seconds."""

from __future__ import annotations

import os
import tempfile
from importlib.metadata import version
from pathlib import Path

from coursekit import paths


def empty() -> Path:
    """An SQLite file with MLflow's tables and nothing in them; copy it, do not write to it."""
    template = paths.cache_dir() / f"mlflow-{version('mlflow')}.db"
    if template.exists():
        return template
    from mlflow.store.db.utils import _initialize_tables
    from sqlalchemy import create_engine

    # Made beside the template and renamed: notebooks that start together must not see half a file.
    handle, draft = tempfile.mkstemp(dir=template.parent, suffix=".db")
    os.close(handle)
    engine = create_engine(f"sqlite:///{draft}")
    _initialize_tables(engine)
    engine.dispose()
    os.replace(draft, template)
    return template
