"""Who uses the service as nobody should: checks of many requests together.

    asked = requests(store.rows())
    found = pd.concat([strangers(asked), variants(asked), odd_hours(asked)])

Each single request may be right; what is odd is the pattern. Each check looks at one client at a time
and returns its findings as rows of ``client``, ``day``, ``check``, ``figure``, ``limit``: a ``figure``
above the ``limit`` is a finding. A finding is a reason to look, or to give less
(``churn.serving.reputation``), and no proof.

Source of the patterns: F. Tramèr et al., "Stealing machine learning models via prediction APIs", USENIX
Security 2016; OWASP API Security Top 10 (2023), API4 and API6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from churn.schema import ID

FINDING = ("client", "day", "check", "figure", "limit")


def requests(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What was asked, of rows of the evaluation store (:class:`churn.serving.evaluation_store.Row`).

    Returns:
        One row for each customer asked about, in the order of time: ``client``, ``at`` (UTC),
        ``customerID``, ``known`` (whether there is such a customer), ``given`` (the columns that came
        with the request, as JSON).
    """
    frame = pd.DataFrame(
        [
            {
                "client": row["client"],
                "at": row["at"],
                ID: row["customer_id"],
                "known": row["reason"] != "unknown_customer",
                "given": _given(row),
            }
            for row in rows
        ],
        columns=["client", "at", ID, "known", "given"],
    )
    frame["at"] = pd.to_datetime(frame["at"], utc=True, format="ISO8601")
    return frame.sort_values("at", kind="stable", ignore_index=True)


def strangers(asked: pd.DataFrame, usual: float = 0.03, alpha: float = 1e-4) -> pd.DataFrame:
    """Days on which a client asked about more unknown customers than mistyping explains.

    Args:
        asked: see :func:`requests`.
        usual: share of unknown customers among honest requests.
        alpha: chance that an honest client's day is found, by the binomial distribution.
    """
    days = _days(asked).agg(asked=("known", "size"), known=("known", "sum")).reset_index()
    limit = stats.binom.isf(alpha, days["asked"], usual)
    return _found(days, "strangers", days["asked"] - days["known"], limit)


def variants(asked: pd.DataFrame, limit: int = 12) -> pd.DataFrame:
    """Days on which a client asked about one customer in more than ``limit`` different versions.

    A shop shows a few offers; whoever turns one field step by step maps the model.
    """
    one = asked.assign(day=asked["at"].dt.floor("D")).drop_duplicates(
        ["client", "day", ID, "given"]
    )
    counts = one.groupby(["client", "day", ID]).size()
    most = counts.groupby(["client", "day"]).max().rename("figure").reset_index()
    return _found(most, "variants", most["figure"], np.full(len(most), limit))


def odd_hours(
    asked: pd.DataFrame, past: int = 14, least: int = 3, alpha: float = 1e-5
) -> pd.DataFrame:
    """Days with an hour in which a client asked far more than in that hour of the days before.

    A count is compared with the negative binomial distribution that has the mean and variance of up
    to ``past`` earlier days (at least those of one request more than there were), because honest
    hours scatter more than a Poisson distribution has it. ``figure`` and ``limit`` are those of the
    hour that exceeds its limit most.

    Args:
        asked: see :func:`requests`.
        past: days to compare with.
        least: days that must have gone before; sooner nothing is found.
        alpha: chance that an honest client's hour is found, if hours scatter so.
    """
    found = []
    for client, own in asked.groupby("client"):
        counts = _hourly(own)
        for position in range(least, len(counts)):
            before = counts.iloc[max(0, position - past) : position].to_numpy()
            limit = _limits(before, alpha)
            today = counts.iloc[position].to_numpy()
            worst = int(np.argmax(today - limit))
            row = {"client": client, "day": counts.index[position]}
            found.append({**row, "figure": int(today[worst]), "limit": limit[worst]})
    frame = pd.DataFrame(found, columns=["client", "day", "figure", "limit"])
    return _found(frame, "odd hours", frame["figure"], frame["limit"])


def _given(row: Mapping[str, Any]) -> str:
    looked_up = set(row["looked_up"])
    given = {name: value for name, value in row["known"].items() if name not in looked_up}
    return json.dumps(given, sort_keys=True)


def _days(asked: pd.DataFrame) -> Any:
    return asked.assign(day=asked["at"].dt.floor("D")).groupby(["client", "day"])


def _hourly(own: pd.DataFrame) -> pd.DataFrame:
    """Requests of one client: a row for each day, a column for each hour; days without any, too."""
    at = own["at"]
    counts = pd.crosstab(at.dt.floor("D"), at.dt.hour)
    days = pd.date_range(counts.index[0], counts.index[-1], freq="D", name="day")
    return counts.reindex(index=days, columns=range(24), fill_value=0)


def _limits(before: np.ndarray, alpha: float) -> np.ndarray:
    """The largest honest count of each hour, of the counts before, shape (days, 24) → (24,)."""
    days = len(before)
    mean = (before.sum(axis=0) + 1) / days
    variance = np.maximum(before.var(axis=0, ddof=1), 1.2 * mean)
    # Few days say little about the scatter: it is taken as wider, as a t distribution is.
    variance = mean + (variance - mean) * (1 + 10 / days)
    size = mean**2 / (variance - mean)
    limit: np.ndarray = stats.nbinom.isf(alpha, size, mean / variance)
    return limit


def _found(frame: pd.DataFrame, check: str, figure: Any, limit: Any) -> pd.DataFrame:
    named = frame[["client", "day"]].assign(check=check, figure=figure, limit=limit)
    named = named.astype({"figure": "int64", "limit": "int64"})
    return named[named["figure"] > named["limit"]].reset_index(drop=True)[list(FINDING)]
