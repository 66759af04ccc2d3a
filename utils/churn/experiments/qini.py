"""The Qini curve: how many more customers stay if one contacts down a ranking.

Source: N. Radcliffe, "Using control groups to target on predicted lift", Direct Marketing Analytics
Journal, 2007. Definitions of the coefficient differ by a factor; here it is the plain area.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def qini_curve(
    ranking: ArrayLike, contacted: ArrayLike, stayed: ArrayLike, points: int = 100
) -> pd.DataFrame:
    """Customers kept by contacting the first of a ranking, from a log by chance.

    Among the first ``share`` of the ranking those stayed who were contacted, and as many others,
    scaled to the same number, would have stayed without. The difference, ``N_t * (rate_t -
    rate_c)``, is how many the contacts kept; here scaled to contacting all of them.

    Args:
        ranking: higher first, shape (n,); ties stay in the order of the rows, which should
            carry no signal.
        contacted, stayed: 0 and 1, shape (n,).
        points: of the curve, besides its beginning.

    Returns:
        ``share`` (of the customers, 0 to 1) and ``kept`` (customers per 1,000 of all), ascending.
        A first part in which one arm is empty keeps 0.

    Raises:
        ValueError: if lengths differ, or everybody or nobody was contacted.
    """
    score, who, y = (np.asarray(values, dtype=float) for values in (ranking, contacted, stayed))
    if not score.shape == who.shape == y.shape or score.ndim != 1:
        raise ValueError("ranking, contacted and stayed must be three flat arrays of one length")
    if not 0 < who.sum() < len(who):
        raise ValueError("a Qini curve needs customers with a contact and customers without")
    order = np.argsort(-score, kind="stable")
    ends = np.unique(np.rint(np.linspace(0, len(score), points + 1)).astype(int))
    treated, stayed_treated = (_running(values[order])[ends] for values in (who, who * y))
    control, stayed_control = (_running(values[order])[ends] for values in (1 - who, (1 - who) * y))
    both = (treated > 0) & (control > 0)
    rate_treated = np.divide(stayed_treated, treated, out=np.zeros(len(ends)), where=both)
    rate_control = np.divide(stayed_control, control, out=np.zeros(len(ends)), where=both)
    share = ends / len(score)
    return pd.DataFrame({"share": share, "kept": 1000 * share * (rate_treated - rate_control)})


def qini_coefficient(curve: pd.DataFrame) -> float:
    """Area between a Qini curve and the straight line to its end: kept customers per 1,000.

    0 for a random ranking, on average; negative for one that is worse.
    """
    share, kept = curve["share"].to_numpy(), curve["kept"].to_numpy()
    return float(np.trapezoid(kept - kept[-1] * share, share))


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(values)])
