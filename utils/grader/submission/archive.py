"""Unpacking what somebody else has packed: regular files only, inside of one folder, bounded."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from grader.isolation.files import MAX_DEPTH
from grader.submission.files import is_junk

_LINK = 0o120000
_KIND = 0o170000


def unpack(archive: Path, target: Path, limit: int, most: int) -> list[str]:
    """Unpack a zip archive.

    Args:
        limit: bytes of all files together.
        most: number of files.

    Returns:
        The entries that were left out, with the reason.

    Raises:
        ValueError: it is none, or damaged; the message is a clause.
    """
    left_out = []
    target.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as packed:
            for number, entry in enumerate(packed.infolist()):
                if entry.is_dir() or any(is_junk(Path(part)) for part in _parts(entry)):
                    continue
                reason = _refused(entry, limit) if number < most else f"more than {most} files"
                if reason:
                    left_out.append(f"{entry.filename} ({reason})")
                    continue
                limit -= entry.file_size
                place = target.joinpath(*_parts(entry))
                place.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, place.open("wb") as copy:
                    for part in _read(source, entry.file_size):
                        copy.write(part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"{archive.name} cannot be unpacked ({error})") from error
    return left_out


def _refused(entry: zipfile.ZipInfo, left: int) -> str:
    kind = (entry.external_attr >> 16) & _KIND
    if kind == _LINK:
        return "a link, which is not followed"
    parts = _parts(entry)
    if not parts or ".." in parts or entry.filename.startswith("/") or len(parts) > MAX_DEPTH:
        return "leads out of the archive"
    return "too large" if entry.file_size > left else ""


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    # Some Windows programs write their own separator.
    return PurePosixPath(entry.filename.replace("\\", "/")).parts


def _read(source: IO[bytes], size: int) -> Iterator[bytes]:
    """No more than the size that the archive states, whatever it holds."""
    while size > 0 and (part := source.read(min(size, 2**20))):
        yield part
        size -= len(part)
