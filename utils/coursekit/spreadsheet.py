"""Reading tables that people save from spreadsheets: CSV in the forms that Excel and others write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Where a list is separated by commas in figures, Excel writes semicolons; as "Unicode text", tabs.
DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
#: The first bytes of .xlsx and .ods (zip archives), and of .xls.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class SpreadsheetError(ValueError):
    """The file cannot be read as a table; the message, a clause, says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """A table of text: its columns by their names in small letters, and its rows that are not blank.

    Attributes:
        rows: the number of each row's last line in the file, and its values by column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file in UTF-8 or UTF-16, separated by commas, semicolons or tabs.

    Capitals and blanks in a column's name do not count (``Student ID`` is ``student_id``), blank
    rows are passed over, and so is Excel's first line ``sep=;``.

    Raises:
        SpreadsheetError: it is no such file, two columns have one name, or a row has more values
            than there are columns.
    """
    lines = list(_lines(_text(path.read_bytes())))
    if not lines:
        raise SpreadsheetError("is empty")
    (_, header), *rows = lines
    columns = tuple("_".join(name.casefold().replace("-", " ").split()) for name in header)
    named = [name for name in columns if name]
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise SpreadsheetError(f"has two columns {', '.join(twice)}")
    for number, values in rows:
        if any(values[len(columns) :]):
            raise SpreadsheetError(
                f"has {len(values)} values for {len(columns)} columns in line {number}: a value with "
                "a separator in it stands in quotation marks"
            )
    return Sheet(
        tuple(named),
        tuple(
            (number, {c: v for c, v in zip(columns, values, strict=False) if c})
            for number, values in rows
        ),
    )


def _text(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise SpreadsheetError("is a workbook: save it as 'CSV UTF-8'")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise SpreadsheetError("is not UTF-8 text: save it as 'CSV UTF-8'") from None
    if "\0" in text:
        raise SpreadsheetError("is not text: save it as 'CSV UTF-8'")
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, cut into stripped values, with their numbers."""
    first, _, rest = text.partition("\n")
    said = _SEPARATOR.fullmatch(first.rstrip("\r"))
    body, skipped = (rest, 1) if said else (text, 0)
    delimiter = said[1] if said else _delimiter(body)
    table = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for values in table:
            stripped = [value.strip() for value in values]
            if any(stripped):
                yield table.line_num + skipped, stripped
    except csv.Error as error:
        raise SpreadsheetError(f"cannot be read in line {table.line_num}: {error}") from error


def _delimiter(text: str) -> str:
    """The one that cuts the first line which is not blank into most parts."""
    header = next((line for line in text.splitlines() if line.strip(f'{DELIMITERS} "')), "")
    return max(DELIMITERS, key=header.count)


def missing_columns(sheet: Sheet, wanted: Sequence[str]) -> str:
    """A clause about the columns that are wanted and not there; empty if there are all."""
    missing = [name for name in wanted if name not in sheet.columns]
    found = ", ".join(sheet.columns) or "none"
    return f"has no column {', '.join(missing)}; its columns are: {found}" if missing else ""
