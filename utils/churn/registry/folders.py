"""A model's folder: what belongs to it, its size, and its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

#: The signature lies beside what it signs.
SIGNATURE = "model.sig"
#: MLflow writes it into the folder of a version when it loads it.
WRITTEN_BY_MLFLOW = "registered_model_meta"
#: Neither is part of the model.
NOT_THE_MODEL = (SIGNATURE, WRITTEN_BY_MLFLOW)


def files(folder: Path) -> list[Path]:
    """The files of a model, in the order of their names.

    Raises:
        ValueError: if there is none, a link leads elsewhere, or a folder has the name of a file
            that is no part of the model.
    """
    everything = sorted(folder.rglob("*"))
    links = [path for path in (folder, *everything) if path.is_symlink()]
    if links:
        raise ValueError(f"{links[0].name} is a link: a model's files stand in its own folder")
    for name in NOT_THE_MODEL:
        if (folder / name).is_dir():
            # What stands in it would be neither signed nor counted.
            raise ValueError(f"{name} is a folder, where a file is expected")
    own = [
        path
        for path in everything
        if path.is_file() and path.relative_to(folder).as_posix() not in NOT_THE_MODEL
    ]
    if not own:
        raise ValueError(f"there is no model in {folder.name}")
    return own


def size(folder: Path) -> int:
    """Bytes of all files of a model."""
    return sum(path.stat().st_size for path in files(folder))


def digest(folder: Path) -> str:
    """SHA-256 of a model: the names and contents of all its files."""
    whole = hashlib.sha256()
    for path in files(folder):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{content} {path.relative_to(folder).as_posix()}\n".encode())
    return whole.hexdigest()
