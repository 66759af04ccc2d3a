"""IBM's own table: where its file is, whether it is the right one, and how to get it.

The file is not part of the course. ``CHURN_IBM_CSV`` names it; its hash is checked.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from churn.data.csv_format import DataError, parse
from churn.schema import COLUMNS

IBM_CSV = "CHURN_IBM_CSV"
IBM_URL = "CHURN_IBM_URL"
#: SHA-256 of IBM's file after removing carriage returns (it circulates with both line ends).
IBM_SHA256 = "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91"
IBM_ROWS = 7043


def load_ibm(path: str | Path | None = None) -> pd.DataFrame:
    """IBM's table of 7,043 customers, its file checked against :data:`IBM_SHA256`.

    Raises:
        FileNotFoundError: when no path is given or nothing is there.
        DataError: when the file is not the one expected, saying how it differs.
    """
    file = ibm_path(path)
    content = file.read_bytes().replace(b"\r", b"")
    _check(content, str(file))
    return parse(content)


def ibm_path(path: str | Path | None = None) -> Path:
    """Where IBM's CSV is: ``path``, or the file named by ``CHURN_IBM_CSV``.

    Raises:
        FileNotFoundError: when neither names a file.
    """
    named = str(path) if path is not None else os.environ.get(IBM_CSV, "")
    if not named:
        raise FileNotFoundError(
            f"no path to IBM's telco CSV: set {IBM_CSV} to the file (see datasets/README.md), "
            "or use the synthetic data"
        )
    if not Path(named).is_file():
        raise FileNotFoundError(f"IBM's telco CSV is not at {named}: check the path or {IBM_CSV}")
    return Path(named)


def download_ibm(target: str | Path, url: str | None = None, timeout: float = 60.0) -> Path:
    """Fetch IBM's CSV to ``target``, checked; nothing is downloaded unless this is called.

    Args:
        target: file to write. One that is there already and right is kept.
        url: https or http address, default: the value of ``CHURN_IBM_URL``.
        timeout: seconds without an answer.

    Raises:
        DataError: without an address, when it does not answer, or sends something else.
    """
    file = Path(target)
    if file.is_file() and _digest(file.read_bytes().replace(b"\r", b"")) == IBM_SHA256:
        return file
    address = url or os.environ.get(IBM_URL, "")
    if not address.startswith(("https://", "http://")):
        raise DataError(f"no address to download from: give url or set {IBM_URL} to an https URL")
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            content = answer.read().replace(b"\r", b"")
    except (OSError, http.client.HTTPException) as error:
        raise DataError(f"could not download {address}: {error}") from error
    _check(content, address)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _check(content: bytes, where: str) -> None:
    if _digest(content) != IBM_SHA256:
        raise DataError(f"{where} is not IBM's telco CSV: {'; '.join(_differences(content))}")


def _differences(content: bytes) -> Iterator[str]:
    """How a file differs from IBM's, in the words of someone who must mend it."""
    lines = content.splitlines()
    if not lines:
        yield "it is empty"
        return
    header = lines[0].decode("utf-8", "replace")
    if header != ",".join(COLUMNS):
        yield f"its first line is {header[:60]!r}, not the 21 column names"
    elif len(lines) - 1 != IBM_ROWS:
        yield f"it has {len(lines) - 1} rows, not {IBM_ROWS}"
    else:
        yield "its columns and number of rows are right, some of its values were changed"
    yield f"SHA-256 {_digest(content)[:12]}… instead of {IBM_SHA256[:12]}…"
