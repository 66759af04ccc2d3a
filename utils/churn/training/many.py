"""One model for each of many regions: a plain function of one region, and three ways to run it on all.

    table = encode(customers)                     # once, for all regions
    models = fit_regions("joblib", table)         # one row for each region
    scores(models, table)                         # all regions' models in one product

``serial`` is a loop. ``joblib`` starts processes on this machine, ``dask`` asks the workers of a client,
``spark`` those of a session; the last two may be a cluster. All give the same digits, because the
function puts its customers in order before it adds anything up, and uses one thread.

A model is kept as its weights: a thousand regions are a table of a thousand rows, no thousand files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController

from churn import features, schema

if TYPE_CHECKING:
    from distributed import Client
    from pyspark.sql import SparkSession

Engine = Literal["serial", "joblib", "dask", "spark"]
ENGINES: tuple[Engine, ...] = get_args(Engine)
REGION, HELD_OUT, LEFT = "region", "held_out", "left"
FLAGS = tuple(f"{c}={v}" for c in schema.CATEGORICAL for v in schema.ALLOWED[c])
#: What a model reads, in the order of its weights; before them stands the constant.
READ = (*schema.NUMERIC, *FLAGS)
#: The row of a region, in Spark's words.
ROW = "region string, fitted boolean, customers long, leavers long, log_loss double, weights array<double>"
#: Into how many parts Dask and Spark cut the regions.
_SHARES = 8
_COLUMNS = [column.split()[0] for column in ROW.split(", ")]


def encode(customers: pd.DataFrame) -> pd.DataFrame:
    """What the models read, made once for all regions.

    Doing it in each region takes several times as long as fitting the region's model.

    Args:
        customers: a labelled customer table with the columns ``region`` and ``held_out`` (true for
            customers that no model is fitted on).

    Returns:
        ``customerID``, ``region``, ``held_out``, ``left`` (1 or 0) and the columns ``READ``: numbers as
        they are, categories as flags of one byte.

    Raises:
        churn.schema.SchemaError: if a column is missing.
    """
    missing = [c for c in (schema.ID, REGION, HELD_OUT) if c not in customers]
    if missing:
        raise schema.SchemaError(f"missing column(s): {', '.join(missing)}")
    X, y = features.xy(customers)
    flags = {
        f"{c}={v}": (X[c] == v).to_numpy(np.int8)
        for c in schema.CATEGORICAL
        for v in schema.ALLOWED[c]
    }
    names = {c: customers[c].to_numpy() for c in (schema.ID, REGION, HELD_OUT)}
    numbers = {c: X[c].to_numpy(np.float64) for c in schema.NUMERIC}
    return pd.DataFrame({**names, LEFT: y.astype(np.int8), **numbers, **flags})


def fit_region(region: pd.DataFrame) -> dict[str, Any]:
    """Fit and judge the logistic regression of one region.

    The weights are those of ``make_model("logistic")`` on the same customers, for unscaled numbers. Where
    all customers stayed or all left, nothing can be fitted: the row says so (``fitted``), and its model
    gives everybody the rate of leaving, as if one more had left and one more had stayed.

    Args:
        region: the region's rows of :func:`encode`, in any order.

    Returns:
        ``region``, ``fitted``, ``customers`` and ``leavers`` (that the model was fitted on), ``log_loss``
        on those held out (NaN if nobody is), and ``weights``: a constant, then one for each of ``READ``.
    """
    # Sums depend on the order of what is added in their last digits, and workers shuffle rows.
    region = region.sort_values(schema.ID)
    X = region[list(READ)].to_numpy(np.float64)
    y = region[LEFT].to_numpy()
    held_out = region[HELD_OUT].to_numpy(bool)
    train = y[~held_out]
    fitted = bool(len(np.unique(train)) == 2)
    if fitted:
        with _threads().limit(limits=1):
            weights = _fit(X[~held_out], train)
    else:
        weights = np.zeros(1 + len(READ))
        weights[0] = np.log((train.sum() + 1.0) / (len(train) - train.sum() + 1.0))
    return {
        "region": str(region[REGION].iloc[0]),
        "fitted": fitted,
        "customers": len(train),
        "leavers": int(train.sum()),
        "log_loss": _log_loss(weights[0] + X[held_out] @ weights[1:], y[held_out]),
        "weights": weights.tolist(),
    }


def fit_regions(
    engine: Engine,
    table: pd.DataFrame,
    *,
    processes: int | None = None,
    client: Client | None = None,
    spark: SparkSession | None = None,
) -> pd.DataFrame:
    """Fit all regions of a table.

    Args:
        engine: one of ``ENGINES``.
        table: made by :func:`encode`.
        processes: for ``joblib``; all processors if None.
        client: for ``dask``.
        spark: the session for ``spark``.

    Returns:
        A row of :func:`fit_region` for each region, sorted by region.

    Raises:
        ValueError: for another engine, or one without its client or session.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}: choose {', '.join(ENGINES)}")
    if engine == "dask" and client is None:
        raise ValueError("the engine dask needs a client: distributed.Client(...)")
    if engine == "spark":
        if spark is None:
            raise ValueError("the engine spark needs a session: churn.spark.session.session()")
        # Left alone, Spark gives a table that it thinks small to one worker.
        parts = spark.createDataFrame(table).repartition(_SHARES, REGION)
        rows = parts.groupBy(REGION).applyInPandas(one_row, ROW)
        return in_order(rows.toPandas().to_dict("records"))
    regions = [region for _, region in table.groupby(REGION)]
    if engine == "serial":
        return in_order(map(fit_region, regions))
    if engine == "joblib":
        return in_order(Parallel(n_jobs=processes or -1)(map(delayed(fit_region), regions)))
    assert client is not None
    # One message of data for each worker's share, not one for each small region.
    shares = client.scatter([regions[start::_SHARES] for start in range(_SHARES)])
    done = client.gather(client.map(_fit_share, shares, pure=False))
    return in_order(row for share in done for row in share)


def one_row(region: pd.DataFrame) -> pd.DataFrame:
    """:func:`fit_region` as a frame of one row, as Spark's ``applyInPandas`` wants it."""
    return pd.DataFrame([fit_region(region)])


def in_order(rows: Iterable[Mapping[Any, Any]]) -> pd.DataFrame:
    """Rows of :func:`fit_region` as one frame, sorted by region."""
    found = pd.DataFrame(list(rows), columns=_COLUMNS)
    found["weights"] = [list(weights) for weights in found["weights"]]
    return found.sort_values("region", ignore_index=True)


def scores(models: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.float64]:
    """The probability of leaving, shape (n,), of each customer by the model of the customer's region.

    Args:
        models: made by :func:`fit_regions`.
        table: made by :func:`encode`.

    Raises:
        ValueError: if a region has no model.
    """
    place = pd.Index(models["region"]).get_indexer(table[REGION].astype(str))
    if (place < 0).any():
        without = table[REGION][place < 0].iloc[0]
        raise ValueError(f"there is no model for the region {without}")
    weights = np.array(models["weights"].tolist())[place]
    X = table[list(READ)].to_numpy(np.float64)
    z = weights[:, 0] + np.einsum("ij,ij->i", X, weights[:, 1:])
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-z))
    return probability


def _fit_share(regions: list[pd.DataFrame]) -> list[dict[str, Any]]:
    return [fit_region(region) for region in regions]


def _fit(X: NDArray[np.float64], y: NDArray[np.int8]) -> NDArray[np.float64]:
    """Weights for unscaled numbers of a regression that was fitted on scaled ones."""
    numbers = len(schema.NUMERIC)
    middle, width = np.zeros(X.shape[1]), np.ones(X.shape[1])
    middle[:numbers] = X[:, :numbers].mean(axis=0)
    spread = X[:, :numbers].std(axis=0)
    width[:numbers] = np.where(spread > 0, spread, 1.0)
    model = LogisticRegression(max_iter=1000).fit((X - middle) / width, y)
    weights = model.coef_[0] / width
    return np.concatenate([model.intercept_ - weights @ middle, weights])


def _log_loss(z: NDArray[np.float64], y: NDArray[np.int8]) -> float:
    if not len(y):
        return float("nan")
    return float(np.mean(np.logaddexp(0.0, z) - y * z))


@cache
def _threads() -> ThreadpoolController:
    # Looking for the libraries takes longer than a fit; they are there once scikit-learn is loaded.
    return ThreadpoolController()
