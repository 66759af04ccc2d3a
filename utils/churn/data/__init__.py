"""Data on its way in: loading the customer table, and what is asked of it before it is used.

``load`` gets the table, simulated or IBM's own, and ``ibm`` knows IBM's file. ``origin`` asks where
a batch comes from, ``expectations`` whether it keeps the rules (it loads Great Expectations, so it
is imported by its own name), ``annotation`` reads labels that people made.
"""

from churn.data.sources import (
    IBM_CSV,
    IBM_ROWS,
    IBM_SHA256,
    IBM_URL,
    SOURCES,
    DataError,
    csv_bytes,
    download_ibm,
    ibm_path,
    load,
    load_ibm,
    read_csv,
    write_csv,
)

__all__ = [
    "IBM_CSV",
    "IBM_ROWS",
    "IBM_SHA256",
    "IBM_URL",
    "SOURCES",
    "DataError",
    "csv_bytes",
    "download_ibm",
    "ibm_path",
    "load",
    "load_ibm",
    "read_csv",
    "write_csv",
]
