"""The customer table as a CSV file in IBM's format: LF line ends, ``1889.5``, a blank total one space."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from churn.schema import COLUMNS, dtypes

_BLANK = " "


class DataError(ValueError):
    """The data asked for cannot be had, or are not what they should be."""


def read_csv(path: str | Path) -> pd.DataFrame:
    """A customer table from a CSV file in IBM's format (blank total: one space).

    Raises:
        DataError: when the file cannot be read as such a table. Values are not checked: see
            ``schema.validate``.
    """
    return parse(Path(path).read_bytes())


def write_csv(table: pd.DataFrame, path: str | Path) -> None:
    """Write a customer table in IBM's format: LF line ends, ``1889.5``, blank total one space."""
    Path(path).write_bytes(csv_bytes(table))


def csv_bytes(table: pd.DataFrame) -> bytes:
    """What :func:`write_csv` writes."""
    text = table.copy()
    for name in ("MonthlyCharges", "TotalCharges"):
        text[name] = [_amount(value) for value in table[name]]
    return text.to_csv(index=False, lineterminator="\n").encode()


def parse(content: bytes) -> pd.DataFrame:
    """The table in the bytes of such a file.

    Raises:
        DataError: they are not such a table.
    """
    kinds = dtypes()
    try:
        text = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
        text.columns = text.columns.str.strip()
        for name in ("MonthlyCharges", "TotalCharges"):
            text[name] = pd.to_numeric(text[name].str.strip())
        return text.astype({name: kinds[name] for name in text.columns})[list(COLUMNS)]
    except (KeyError, ValueError) as error:
        raise DataError(f"not a customer table in IBM's format: {error}") from error


def _amount(value: float) -> str:
    return _BLANK if pd.isna(value) else f"{value:.2f}".rstrip("0").rstrip(".")
