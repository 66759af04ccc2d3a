"""Numbers that arithmetic does not survive: NaN, infinity, and what a 32-bit float cannot hold.

    numbers(X)          # counts by column
    changed(X, before)  # the columns that have what they never had

They come from sources that change (a blank becomes NaN, a division by zero an infinity, a unit grows
by a million) and are no errors to most libraries: they spread, and end as a score.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Above it a number is infinite as a 32-bit float, which is what the model's file computes with.
LARGEST = float(np.finfo(np.float32).max)
#: Below it, and not 0, a 32-bit float has fewer digits, and in the end none: it becomes 0.
SMALLEST = float(np.finfo(np.float32).smallest_normal)


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Counts of suspicious numbers in the numeric columns of ``frame``.

    Returns:
        A row for each numeric column: ``missing`` (NaN), ``infinite``, ``too large`` (finite, but
        infinite in 32 bits), ``vanishing`` (not 0, but below the smallest normal 32-bit number), and
        ``largest``, the largest finite size.
    """
    rows = {}
    for name in frame.select_dtypes("number"):
        values = frame[name].to_numpy(dtype=float)
        size = np.abs(values)
        finite = np.isfinite(values)
        rows[name] = {
            "missing": int(np.isnan(values).sum()),
            "infinite": int(np.isinf(values).sum()),
            "too large": int((finite & (size > LARGEST)).sum()),
            "vanishing": int(((size > 0) & (size < SMALLEST)).sum()),
            "largest": float(size[finite].max(initial=0.0)),
        }
    columns = ["missing", "infinite", "too large", "vanishing", "largest"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def changed(frame: pd.DataFrame, before: pd.DataFrame, times: float = 10.0) -> list[str]:
    """What is in ``frame`` and was not in ``before``, one sentence for each column and kind.

    A column whose largest number has grown more than ``times`` is named, too: a unit has changed.
    """
    now, then = (numbers(one).to_dict("index") for one in (frame, before))
    found = []
    for name, counts in now.items():
        past = then.get(name, counts)
        for kind in ("missing", "infinite", "too large", "vanishing"):
            if counts[kind] and not past[kind]:
                found.append(f"{name}: {counts[kind]} {kind}, and there were none")
        if counts["largest"] > times * past["largest"] > 0:
            found.append(f"{name}: up to {counts['largest']:g}, more than {times:g} times before")
    return found
