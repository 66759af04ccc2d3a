"""From the bytes of a file to the JSON in it, and what the file is where there is none."""

from __future__ import annotations

import codecs
import json
import re
import zlib

#: Bytes of one notebook; what is larger holds outputs or data, and takes minutes to read.
LARGEST = 100 * 2**20

_GZIP = b"\x1f\x8b"
_BEGINNINGS = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive, or an Office document",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a text document (RTF)",
    b"version https://git-lfs": "a pointer of Git LFS and not the file itself",
    b"\x00\x05\x16\x07": "what macOS keeps beside a file",
}
_SUFFIXES = {
    ".py": "a Python script",
    ".docx": "a Word document",
    ".doc": "a Word document",
    ".odt": "a text document",
    ".html": "a web page (HTML)",
    ".htm": "a web page (HTML)",
    ".pdf": "a PDF document",
    ".zip": "a zip archive",
}
_WEB_PAGE = re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
CONFLICT = re.compile(r"^(<{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)


def parse(data: bytes) -> tuple[object, list[str]]:
    """The JSON of a file, and as short phrases what had to be repaired to read it.

    Raises:
        ValueError: there is none; the message is a clause that says what the file is.
    """
    repaired: list[str] = []
    if data.startswith(_GZIP):
        data = _unpacked(data)
        repaired.append("gzip compression")
    text = _decoded(data, repaired)
    found, end = _first_value(text)
    rest = text[end:].strip()
    if rest and _is_same(rest, found):
        repaired.append("the notebook stood in the file twice")
    elif rest:
        repaired.append(f"{len(rest)} characters behind the end of the notebook left out")
    return found, repaired


def kind_of(data: bytes, name: str = "") -> str:
    """What a file that is no notebook is, with its article; empty where nobody knows.

    Args:
        data: its beginning.
        name: its name, which counts where the beginning says nothing.
    """
    beginning = next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), "")
    suffix = next((kind for end, kind in _SUFFIXES.items() if name.lower().endswith(end)), "")
    if beginning:
        # An Office document is a zip archive inside.
        return suffix if suffix and data.startswith(b"PK") else beginning
    if _WEB_PAGE.match(data[:4096].decode("utf-8", "replace")):
        return "a web page (HTML)"
    return suffix


def _unpacked(data: bytes) -> bytes:
    try:
        unpacker = zlib.decompressobj(31)
        unpacked = unpacker.decompress(data, LARGEST)
    except zlib.error:
        raise ValueError("it is a gzip archive that is damaged") from None
    if unpacker.unconsumed_tail:
        raise ValueError("it is a gzip archive that holds too much")
    return unpacked


def _decoded(data: bytes, repaired: list[str]) -> str:
    if kind := kind_of(data):
        raise ValueError(f"it is {kind}")
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise ValueError("the file is not UTF-8 text") from None
    if encoding.startswith(("utf-16", "utf-32")) and text.strip("\0"):
        repaired.append(f"text in {encoding[:6].upper()}")
    elif data.startswith(codecs.BOM_UTF8):
        repaired.append("a byte-order mark")
    whole, text = text, text.rstrip("\0")
    if not text.strip():
        raise ValueError("the file is empty")
    if whole != text:
        repaired.append("NUL characters behind its end")
    return text


def _first_value(text: str) -> tuple[object, int]:
    start = len(text) - len(text.lstrip())
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except RecursionError:
        raise ValueError("the file is nested too deep") from None
    except json.JSONDecodeError as error:
        if conflict := CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise ValueError(
                f"it holds the marks of a merge conflict, from line {line} on"
            ) from None
        cut_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        where = "it ends in the middle" if cut_off else f"line {error.lineno}"
        raise ValueError(f"the file is not valid JSON ({where})") from None
    except ValueError as error:  # a number with more digits than Python reads
        raise ValueError(f"the file is not valid JSON ({error})") from None


def _is_same(text: str, value: object) -> bool:
    try:
        return bool(json.loads(text) == value)
    except (ValueError, RecursionError):
        return False
