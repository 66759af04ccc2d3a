"""Data on its way in: loading the customer table, and what is asked of it before it is used.

``load`` gets the table from one of its ``sources``: simulated, or IBM's own (``ibm`` knows its file,
``csv_format`` its form). ``origin`` asks where a batch comes from, ``expectations`` whether it keeps
the rules (it loads Great Expectations, so it is imported by its own name), ``contract`` whether it is
what its makers promise, ``annotation`` reads labels that people made. ``landing`` stands for the
source systems: it puts a month's tables where the company finds them.
"""

from churn.data.csv_format import DataError, csv_bytes, read_csv, write_csv
from churn.data.ibm import IBM_CSV, IBM_ROWS, IBM_URL, download_ibm, ibm_path, load_ibm
from churn.data.sources import SOURCES, load

__all__ = [
    "IBM_CSV",
    "IBM_ROWS",
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
