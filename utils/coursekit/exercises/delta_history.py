"""A Delta table with a past, for a lab that looks for the version in which it broke.

The table has about a dozen versions by several jobs, one of which wrote a defect::

    write_history("bills", load("synthetic"), seed=3)
    DeltaTable("bills").history()

Every defect breaks a rule that can be checked row by row (a value outside its range or its set, a
blank, a customer twice, two columns that contradict each other), and stays in the table to its last
version. The kinds of operation and the names of the jobs say nothing about it: the job that wrote
the defect also wrote, or could have written, good versions. Which version it was is not said here:
a learner's cell calls this, too; a test finds it in the table. :func:`pack` and :func:`unpack` move a
table, with its past, between two processes that share no files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from deltalake import CommitProperties, DeltaTable, write_deltalake

from churn.schema import ID, NO_INTERNET

#: The columns of the table; each is one of :mod:`churn.schema`.
COLUMNS = (
    ID,
    "tenure",
    "InternetService",
    "OnlineSecurity",
    "Contract",
    "PaymentMethod",
    "MonthlyCharges",
    "TotalCharges",
    "Churn",
)
#: Customers that :func:`write_history` needs: those of the first version, and enough to add.
ROWS = 900
_FIRST, _APPENDED = 500, 40
#: Jobs that run before and after the defect, beside the two that come in any case.
_WRITES = 8


@dataclass
class _Telco:
    """The table, and what the jobs that write to it know."""

    path: str
    rng: np.random.Generator
    waiting: pd.DataFrame  # customers that are not in the table yet
    last: pd.DataFrame  # those that were added last

    def table(self) -> DeltaTable:
        return DeltaTable(self.path)

    def customers(self, share: float) -> pd.DataFrame:
        """A random share of the customers in the table."""
        rows = self.table().to_pandas().drop_duplicates(ID).sort_values(ID, ignore_index=True)
        return rows[self.rng.random(len(rows)) < share].reset_index(drop=True)


def write_history(
    path: str | Path, customers: pd.DataFrame, seed: int, defect: str | None = None
) -> None:
    """Write a Delta table with a past, in one version of which a defect came in.

    It has about a dozen versions. At least two come before the defect. After it come at least one
    that adds rows and two that change none: one compacts files, the other writes what was there.
    What was loaded twice is loaded a third time, so that one version has the rows of the version
    before, and some of them more often.

    Args:
        path: folder of the table; must not hold one.
        customers: a table with at least :data:`COLUMNS` and :data:`ROWS` rows that breaks no rule.
        seed: of everything that is random. The same arguments give the same rows in every version.
        defect: one of :data:`DEFECTS`; drawn from the seed if None.

    Raises:
        ValueError: with fewer rows, or for another defect.
    """
    if defect is not None and defect not in DEFECTS:
        raise ValueError(f"unknown defect {defect!r}: choose one of {', '.join(DEFECTS)}")
    if len(customers) < ROWS:
        raise ValueError(f"a history needs {ROWS} customers, got {len(customers)}")
    rng = np.random.default_rng(seed)
    rows = customers[list(COLUMNS)].sample(ROWS, random_state=rng).reset_index(drop=True)
    first = rows.head(_FIRST)
    telco = _Telco(str(path), rng, rows.iloc[_FIRST:], first.tail(_APPENDED))
    write_deltalake(telco.path, first, mode="error", commit_properties=_signed("migration"))
    drawn = str(rng.choice(list(DEFECTS)))
    defect = defect or drawn
    before = rng.permutation(["append", *rng.choice(list(_GOOD), size=rng.integers(2, 6))])
    for name in before:
        _GOOD[name](telco)
    DEFECTS[defect](telco)
    # There are several files to compact after new customers only.
    after = [*rng.choice(list(_GOOD), size=_WRITES - len(before)), ("append", "compact")]
    after.append("confirm")
    if defect == "loaded twice":
        after.append("again")
    for names in rng.permutation(np.array(after, dtype=object)):
        for name in [names] if isinstance(names, str) else names:
            (_GOOD | {"confirm": _confirm, "again": _again})[name](telco)


def pack(folder: str | Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its path, written with ``/``."""
    top = Path(folder)
    files = sorted(path for path in top.rglob("*") if path.is_file())
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def unpack(files: Mapping[str, bytes], folder: str | Path) -> Path:
    """Write what :func:`pack` returned into ``folder``, which is made if need be; its path.

    Raises:
        ValueError: for a path that leads out of the folder.
    """
    top = Path(folder)
    top.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise ValueError(f"{name!r} leads out of the folder")
        target = top / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return top


def _signed(job: str) -> CommitProperties:
    return CommitProperties(custom_metadata={"job": job})


def _add(telco: _Telco, rows: pd.DataFrame) -> None:
    telco.last = rows
    added = rows.reset_index(drop=True)
    write_deltalake(telco.path, added, mode="append", commit_properties=_signed("billing export"))


def _update(telco: _Telco, job: str, where: str, **new: str) -> None:
    telco.table().update(updates=new, predicate=where, commit_properties=_signed(job))


def _merge(telco: _Telco, changed: pd.DataFrame, column: str) -> None:
    source = changed[[ID, column]]
    merge = telco.table().merge(
        source,
        f"old.{ID} = new.{ID}",
        source_alias="new",
        target_alias="old",
        commit_properties=_signed("sales app"),
    )
    merge.when_matched_update({f'"{column}"': f'new."{column}"'}).execute()


def _append(telco: _Telco) -> None:
    """New customers."""
    rows, telco.waiting = telco.waiting.head(_APPENDED), telco.waiting.iloc[_APPENDED:]
    _add(telco, rows)


def _compact(telco: _Telco) -> None:
    """Fewer and larger files; no row changes."""
    telco.table().optimize.compact(commit_properties=_signed("maintenance"))


def _leave(telco: _Telco) -> None:
    """A few customers close their accounts."""
    gone = "', '".join(telco.customers(0.01).head(5)[ID].tolist() or ["nobody"])
    where = f"\"{ID}\" IN ('{gone}')"
    telco.table().delete(where, commit_properties=_signed("account closure"))


def _dearer(telco: _Telco) -> None:
    """Three dollars a month more for fiber."""
    where = '"InternetService" = \'Fiber optic\' AND tenure > 12 AND "MonthlyCharges" < 110'
    _update(telco, "price list", where, **{'"MonthlyCharges"': '"MonthlyCharges" + 3'})


def _switch(telco: _Telco) -> None:
    """Customers of one length of tenure no longer pay by mail."""
    where = f"\"PaymentMethod\" = 'Mailed check' AND tenure = {telco.rng.integers(1, 30)}"
    _update(telco, "customer portal", where, **{'"PaymentMethod"': "'Electronic check'"})


def _renew(telco: _Telco) -> None:
    """Some customers sign for two years."""
    _merge(telco, telco.customers(0.03).assign(Contract="Two year"), "Contract")


def _confirm(telco: _Telco) -> None:
    """Customers renew what they have: the merge writes rows that were there before."""
    yearly = telco.customers(0.3)
    _merge(telco, yearly[yearly["Contract"] == "Two year"], "Contract")


def _cents(telco: _Telco) -> None:
    where = "\"PaymentMethod\" = 'Credit card (automatic)'"
    _update(telco, "price list", where, **{'"MonthlyCharges"': '"MonthlyCharges" * 100'})


def _unknown_value(telco: _Telco) -> None:
    where = "\"PaymentMethod\" = 'Electronic check' AND tenure > 6"
    _update(telco, "customer portal", where, **{'"PaymentMethod"': "'E-check'"})


def _blank(telco: _Telco) -> None:
    where = "\"Contract\" = 'One year'"
    _update(telco, "price list", where, **{'"TotalCharges"': "NULL"})


def _twice(telco: _Telco) -> None:
    _add(telco, telco.last)


def _again(telco: _Telco) -> None:
    """The file that was loaded last once more, as its rows are by now."""
    rows = telco.table().to_pandas()
    _add(telco, rows[rows[ID].isin(telco.last[ID])].drop_duplicates())


def _contradiction(telco: _Telco) -> None:
    some = telco.customers(0.1)
    online = some[some["OnlineSecurity"] != NO_INTERNET]
    _merge(telco, online.assign(InternetService="No"), "InternetService")


_GOOD: dict[str, Callable[[_Telco], None]] = {
    "append": _append,
    "compact": _compact,
    "leave": _leave,
    "dearer": _dearer,
    "switch": _switch,
    "renew": _renew,
}
#: Kinds of defect.
DEFECTS: dict[str, Callable[[_Telco], None]] = {
    "amounts in cents": _cents,
    "unknown value": _unknown_value,
    "blank amounts": _blank,
    "loaded twice": _twice,
    "contradiction": _contradiction,
}
