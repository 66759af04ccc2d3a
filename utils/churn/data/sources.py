"""Load the customer table: simulated, or IBM's own file.

``load("synthetic")`` needs nothing. ``load("ibm")`` reads IBM's CSV from a path given, or from the
one in the environment variable ``CHURN_IBM_CSV``. Both return the table of
:mod:`churn.schema`, so that whatever runs on one runs on the other.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from churn.schema import COLUMNS, dtypes
from churn.simulator.customers import simulate_customers

SOURCES = ("synthetic", "ibm")
IBM_CSV = "CHURN_IBM_CSV"
IBM_URL = "CHURN_IBM_URL"
#: SHA-256 of IBM's file after removing carriage returns (it circulates with both line ends).
IBM_SHA256 = "16320c9c1ec72448db59aa0a26a0b95401046bef5d02fd3aeb906448e3055e91"
IBM_ROWS = 7043
_BLANK = " "


class DataError(ValueError):
    """The data asked for cannot be had, or are not what they should be."""


def load(
    source: str = "synthetic",
    *,
    n: int = IBM_ROWS,
    seed: int = 0,
    path: str | Path | None = None,
) -> pd.DataFrame:
    """The customer table of one source; see :mod:`churn.schema` for its columns.

    Args:
        source: ``"synthetic"`` or ``"ibm"``.
        n: rows to simulate (synthetic only).
        seed: of the simulation (synthetic only).
        path: IBM's CSV (ibm only); default: the file named by ``CHURN_IBM_CSV``.

    Raises:
        DataError: for another source, ``n`` < 1 or a damaged file.
        FileNotFoundError: when IBM's file is not there.
    """
    if source == "ibm":
        return load_ibm(path)
    if source != "synthetic":
        raise DataError(f"unknown data source {source!r}: use one of {', '.join(SOURCES)}")
    if n < 1:
        raise DataError(f"cannot simulate {n} customers: n must be at least 1")
    return simulate_customers(n, seed)


def load_ibm(path: str | Path | None = None) -> pd.DataFrame:
    """IBM's table of 7,043 customers, its file checked against :data:`IBM_SHA256`.

    Raises:
        FileNotFoundError: when no path is given or nothing is there.
        DataError: when the file is not the one expected, saying how it differs.
    """
    file = ibm_path(path)
    content = file.read_bytes().replace(b"\r", b"")
    _check(content, str(file))
    return _parse(content)


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


def read_csv(path: str | Path) -> pd.DataFrame:
    """A customer table from a CSV file in IBM's format (blank total: one space).

    Raises:
        DataError: when the file cannot be read as such a table. Values are not checked: see
            ``schema.validate``.
    """
    return _parse(Path(path).read_bytes())


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a customer table in IBM's format: LF line ends, ``1889.5``, blank total one space."""
    Path(path).write_bytes(csv_bytes(table))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """What :func:`write_csv` writes."""
    text = table.copy()
    for name in ("MonthlyCharges", "TotalCharges"):
        text[name] = [_amount(value) for value in table[name]]
    return text.to_csv(index=False, lineterminator="\n").encode()


def _amount(value: float) -> str:
    return _BLANK if pd.isna(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def _parse(content: bytes) -> pd.DataFrame:
    kinds = dtypes()
    try:
        text = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        text.columns = text.columns.str.strip()
        for name in ("MonthlyCharges", "TotalCharges"):
            text[name] = pd.to_numeric(text[name].str.strip())
        return text.astype({name: kinds[name] for name in text.columns})[list(COLUMNS)]
    except (KeyError, ValueError) as error:
        raise DataError(f"not a customer table in IBM's format: {error}") from error


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
