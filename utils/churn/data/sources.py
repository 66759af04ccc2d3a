"""Load the customer table from one of its sources: simulated, or IBM's own file.

``load("synthetic")`` needs nothing. ``load("ibm")`` reads IBM's CSV from a path given, or from the
one in the environment variable ``CHURN_IBM_CSV``. Both return the table of
:mod:`churn.schema`, so that whatever runs on one runs on the other.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from churn.data.csv_format import DataError
from churn.data.ibm import IBM_ROWS, load_ibm
from churn.simulator.customers import simulate_customers

SOURCES = ("synthetic", "ibm")


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
