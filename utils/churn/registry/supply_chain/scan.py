"""Looking for code that would run when a file of a model is loaded, without loading it."""

from __future__ import annotations

import io
import pickletools
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from churn.lean_imports import without
from churn.registry import folders

#: Opcodes that call something while a pickle is read.
CALLS = ("REDUCE", "OBJ", "INST", "NEWOBJ", "NEWOBJ_EX", "BUILD", "EXT1", "EXT2", "EXT4")
#: Names under which pickles travel, whatever is in them.
PICKLE_SUFFIXES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".dill")
#: First bytes of what could hold anything: gzip, bzip2, xz, zlib.
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"x\x01", b"x\x9c", b"x\xda")
#: A member of a zip beyond this is not unpacked, and a zip in a zip not beyond this depth.
MAX_MEMBER_BYTES = 500_000_000
MAX_DEPTH = 3
_ARRAY = b"\x93NUMPY"
#: Module and name, as the opcode GLOBAL gives them; text that begins with a "c" rarely looks so.
_DOTTED = re.compile(r"[\w.]+ [\w.]+")


class Finding(NamedTuple):
    """One file of a model that is more than data, and why."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


def scan(folder: Path, trusted: tuple[str, ...] = ()) -> list[Finding]:
    """What in a model's folder would run, or could, when it is loaded; empty if nothing.

    Looked for are pickles, by content and by name, also inside zips and NumPy arrays, types in skops
    files that skops does not know (but for the ``trusted`` ones), and what cannot be looked into.
    Python files are code by nature: that they are the right ones is what a signature says.
    """
    found: list[Finding] = []
    for path in folders.files(folder):
        name = path.relative_to(folder).as_posix()
        with path.open("rb") as file:
            found += [Finding(name, reason) for reason in _reasons(name, file, trusted, 0)]
    return found


def _reasons(name: str, file: IO[bytes], trusted: tuple[str, ...], depth: int) -> Iterator[str]:
    start = file.read(len(_ARRAY))
    file.seek(0)
    if start == _ARRAY:
        yield from _in_array(file)
        return
    if start.startswith(COMPRESSED):
        yield "compressed: it cannot be looked into"
    if imported := _imports(file):
        yield f"a pickle that imports {', '.join(imported)}"
    elif Path(name).suffix.lower() in PICKLE_SUFFIXES:
        yield "a pickle by its name"
    # A file can begin as a pickle and end as a zip: both are looked at.
    if zipfile.is_zipfile(file):
        yield from _in_zip(file, trusted, depth)


def _in_array(file: IO[bytes]) -> Iterator[str]:
    try:
        np.load(file, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        yield f"a NumPy array that holds objects or is broken ({error})"


def _in_zip(file: IO[bytes], trusted: tuple[str, ...], depth: int) -> Iterator[str]:
    if depth >= MAX_DEPTH:
        yield "zips too deep in each other: not looked into any further"
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            for member in members:
                if member.file_size > MAX_MEMBER_BYTES:
                    yield f"{member.filename} has more than {MAX_MEMBER_BYTES:,} bytes"
                    return
                content = io.BytesIO(archive.read(member))
                for reason in _reasons(member.filename, content, trusted, depth + 1):
                    yield f"{member.filename}: {reason}"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        yield f"a zip that cannot be read ({error})"
        return
    if "schema.json" in {member.filename for member in members}:
        file.seek(0)
        yield from _unknown_types(file.read(), trusted)


def _unknown_types(content: bytes, trusted: tuple[str, ...]) -> Iterator[str]:
    # Here, because nothing else needs it. It reads the description only and makes no object.
    with without("torch", "dask"):
        from skops.io import get_untrusted_types

    try:
        unknown = sorted(set(get_untrusted_types(data=content)) - set(trusted))
    except Exception as error:  # of whatever kind the description provokes
        yield f"a skops file that cannot be read ({type(error).__name__})"
        return
    if unknown:
        yield f"a skops file with unknown types: {', '.join(unknown)}"


def _imports(file: IO[bytes]) -> list[str]:
    """What a pickle imports, if it also calls something; empty if the file is no such pickle."""
    names: set[str] = set()
    strings: list[str] = []
    calls = False
    # genops raises whatever the bytes provoke; what stands before that would have run.
    with suppress(Exception):
        for opcode, argument, _ in pickletools.genops(file):
            calls = calls or opcode.name in CALLS
            if opcode.name in ("GLOBAL", "INST") and _DOTTED.fullmatch(str(argument)):
                names.add(str(argument).replace(" ", "."))
            elif opcode.name == "STACK_GLOBAL":
                names.add(".".join(strings[-2:]) or "something")
            elif isinstance(argument, str):
                strings.append(argument)
    return sorted(names) if calls else []
