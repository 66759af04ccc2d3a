from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn import data, features, schema, training
from churn.training import many


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """Three regions, the last without a leaver, rows in no order."""
    table = data.load("synthetic", n=900, seed=5)
    table["region"] = np.array(["east", "west", "north"])[np.arange(900) % 3]
    table["held_out"] = np.random.default_rng(0).random(900) < 0.25
    table.loc[table["region"] == "north", schema.TARGET] = "No"
    return table.sample(frac=1, random_state=0, ignore_index=True)


@pytest.fixture(scope="module")
def table(customers: pd.DataFrame) -> pd.DataFrame:
    return many.encode(customers)


@pytest.fixture(scope="module")
def models(table: pd.DataFrame) -> pd.DataFrame:
    return many.fit_regions("serial", table)


def test_a_region_gets_the_model_of_the_course(
    customers: pd.DataFrame, table: pd.DataFrame, models: pd.DataFrame
) -> None:
    west = customers[customers["region"] == "west"]
    train, rest = west[~west["held_out"]], west[west["held_out"]]
    expected = training.make_model("logistic").fit(*features.xy(train))
    X, y = features.xy(rest)
    p = expected.predict_proba(X)[:, 1]
    mine = (table["region"] == "west") & table["held_out"]
    np.testing.assert_allclose(many.scores(models, table)[mine], p, atol=1e-4)
    row = models.set_index("region").loc["west"]
    assert (row["customers"], row["fitted"]) == (len(train), True)
    loss = -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))
    assert row["log_loss"] == pytest.approx(loss, abs=1e-4)


def test_a_region_without_leavers_has_its_rate(table: pd.DataFrame, models: pd.DataFrame) -> None:
    north = models.set_index("region").loc["north"]
    assert not north["fitted"]
    rate = 1 / (north["customers"] + 2)
    assert many.scores(models, table)[table["region"] == "north"] == pytest.approx(rate)
    assert north["log_loss"] == pytest.approx(-np.log(1 - rate))


def test_the_order_of_rows_changes_no_digit(table: pd.DataFrame, models: pd.DataFrame) -> None:
    shuffled = table.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(many.fit_regions("serial", shuffled), models, check_exact=True)
    other = table.assign(left=table["left"].to_numpy()[::-1])
    assert not many.fit_regions("serial", other).equals(models)


# With the network cut Dask cannot ask for this machine's address, says so, and takes its name.
@pytest.mark.filterwarnings("ignore:Couldn't detect a suitable IP address:RuntimeWarning")
def test_joblib_and_dask_give_the_same_digits(table: pd.DataFrame, models: pd.DataFrame) -> None:
    from distributed import Client, LocalCluster

    pd.testing.assert_frame_equal(
        many.fit_regions("joblib", table, processes=1), models, check_exact=True
    )
    # Threads of this process: what is sent and gathered is the same as with workers apart.
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=None) as workers,
        Client(workers) as client,
    ):
        found = many.fit_regions("dask", table, client=client)
    pd.testing.assert_frame_equal(found, models, check_exact=True)


def test_spark_is_asked_for_groups_and_read_back(table: pd.DataFrame, models: pd.DataFrame) -> None:
    """A session's part in it, played by pandas; the lesson Scaling out has the real one."""

    def apply(function: Callable[[pd.DataFrame], pd.DataFrame], row: str) -> SimpleNamespace:
        parts = [function(part) for _, part in table.groupby("region")]
        assert [name.split()[0] for name in row.split(", ")] == list(parts[0])
        # In no order, and with arrays for lists.
        rows = pd.concat(parts[::-1])
        return SimpleNamespace(toPandas=lambda: rows.assign(weights=rows["weights"].map(np.array)))

    groups = {"region": SimpleNamespace(applyInPandas=apply)}
    parts = {(many._SHARES, "region"): SimpleNamespace(groupBy=groups.__getitem__)}
    cut = SimpleNamespace(repartition=lambda *how: parts[how])
    spark: Any = SimpleNamespace(createDataFrame=lambda frame: cut)
    found = many.fit_regions("spark", table, spark=spark)
    pd.testing.assert_frame_equal(found, models, check_exact=True)


def test_nobody_held_out_is_no_loss(table: pd.DataFrame) -> None:
    row = many.fit_region(table[(table["region"] == "east") & ~table["held_out"]])
    assert row["fitted"]
    assert np.isnan(row["log_loss"])


def test_what_is_refused(
    customers: pd.DataFrame, table: pd.DataFrame, models: pd.DataFrame
) -> None:
    with pytest.raises(schema.SchemaError, match="held_out"):
        many.encode(customers.drop(columns="held_out"))
    with pytest.raises(ValueError, match="no model for the region west"):
        many.scores(models[models["region"] != "west"], table)
    with pytest.raises(ValueError, match="choose serial"):
        many.fit_regions("abacus", table)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs a client"):
        many.fit_regions("dask", table)
    with pytest.raises(ValueError, match="needs a session"):
        many.fit_regions("spark", table)
