"""What a tracked run records, and that a record leads back to the same figures."""

from collections.abc import Iterator
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow.data.pandas_dataset import PandasDataset, from_pandas

from churn import data, features, metrics, training
from churn.training import tracking

CAMPAIGN = metrics.Campaign()
SETTINGS: dict[str, Any] = {"max_iter": 12, "max_leaf_nodes": 4, "max_features": 0.3}

Tables = tuple[pd.DataFrame, pd.DataFrame]
Datasets = tuple[PandasDataset, PandasDataset]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return training.split(data.load("synthetic", n=900, seed=5), seed=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    from coursekit.environment import mlflow_store

    folder = tmp_path_factory.mktemp("store")
    (folder / "mlflow.db").write_bytes(mlflow_store.empty().read_bytes())
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment("tests", (folder / "artifacts").as_uri())
    mlflow.set_experiment("tests")
    yield
    mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def datasets(tables: Tables) -> Datasets:
    train, valid = tables
    return (
        from_pandas(train, name="train", targets="Churn"),
        from_pandas(valid, name="valid", targets="Churn"),
    )


def run_of(
    kind: training.ModelKind, seed: int, settings: dict[str, Any], datasets: Datasets
) -> tracking.Record:
    with mlflow.start_run(run_name="tried") as run:
        tracking.fit_recorded(kind, seed, settings, *datasets, CAMPAIGN)
    return tracking.recorded(run.info.run_id)


@pytest.fixture(scope="module")
def record(store: None, datasets: Datasets) -> tracking.Record:
    return run_of("boosting", 3, SETTINGS, datasets)


def test_a_record_holds_settings_data_and_outcome(record: tracking.Record, tables: Tables) -> None:
    assert (record.name, record.status) == ("tried", "FINISHED")
    assert record.params == {"kind": "boosting", "seed": 3, **SETTINGS}
    assert record.tables == {
        name: tracking.fingerprint(table)
        for name, table in zip(("train", "valid"), tables, strict=True)
    }
    assert {"valid_roc_auc", "valid_value", "valid_contacted"} <= set(record.metrics)


def test_the_same_figures_come_out_of_the_record(record: tracking.Record, tables: Tables) -> None:
    train, valid = tables
    settings = dict(record.params)
    model = tracking.configured(settings.pop("kind"), settings.pop("seed"), settings)
    X, y = features.xy(valid)
    p = model.fit(*features.xy(train)).predict_proba(X)[:, 1]
    again = {f"valid_{name}": value for name, value in metrics.evaluate(y, p).items()}
    assert again.items() <= record.metrics.items()
    threshold = CAMPAIGN.break_even
    assert record.metrics["valid_contacted"] == (p >= threshold).sum()
    value = metrics.campaign_value(y, p, threshold, CAMPAIGN)
    assert record.metrics["valid_value"] == value


def test_the_seed_of_the_record_matters(record: tracking.Record, datasets: Datasets) -> None:
    other = run_of("boosting", 4, SETTINGS, datasets)
    assert other.metrics["valid_log_loss"] != record.metrics["valid_log_loss"]


@pytest.mark.usefixtures("store")
def test_a_run_that_fails_says_what_was_tried(datasets: Datasets) -> None:
    run = mlflow.start_run(run_name="impossible")
    with pytest.raises(ValueError, match="learning_rate"), run:
        tracking.fit_recorded("boosting", 0, {"learning_rate": -1.0}, *datasets, CAMPAIGN)
    record = tracking.recorded(run.info.run_id)
    assert record.status == "FAILED"
    assert record.params["learning_rate"] == -1.0
    assert set(record.tables) == {"train", "valid"}
    assert record.metrics == {}


@pytest.mark.usefixtures("store")
def test_datasets_and_versions_are_recorded(datasets: Datasets) -> None:
    with mlflow.start_run() as run:
        tracking.fit_recorded("dummy", 0, {}, *datasets, CAMPAIGN)
    found = mlflow.get_run(run.info.run_id)
    assert found.inputs
    contexts = [tag.value for used in found.inputs.dataset_inputs for tag in used.tags]
    assert sorted(contexts) == ["train", "valid"]
    assert tracking.versions().items() <= found.data.tags.items()
    assert set(tracking.versions()) == {
        "version.python", "version.numpy", "version.pandas", "version.scikit-learn"
    }  # fmt: skip


def test_an_unknown_run_is_refused(store: None) -> None:
    with pytest.raises(mlflow.MlflowException, match="not found"):
        tracking.recorded("0" * 32)


def wide() -> pd.DataFrame:
    table = pd.DataFrame({"n": range(10_500), "text": "a", "day": pd.Timestamp("2024-01-31")})
    table.loc[0, "text"] = None
    return table


def altered(column: str, row: int, value: Any) -> pd.DataFrame:
    table = wide()
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    "other",
    [
        altered("n", 10_400, -1),
        altered("day", 3, pd.Timestamp("2025-01-31")),
        altered("text", 3, "b"),
        altered("text", 3, None),
        wide().iloc[::-1],
        wide().iloc[:-1],
        wide().rename(columns={"n": "m"}),
        wide()[["text", "n", "day"]],
    ],
    ids=["far_row", "date", "text", "missing", "order", "shorter", "renamed", "columns"],
)
def test_the_fingerprint_sees_every_change(other: pd.DataFrame) -> None:
    assert tracking.fingerprint(other) != tracking.fingerprint(wide())


def test_the_fingerprint_sees_no_change_where_there_is_none() -> None:
    same = wide().set_index(pd.RangeIndex(7, 7 + len(wide())))
    assert tracking.fingerprint(same) == tracking.fingerprint(wide())


def test_settings_reach_the_last_step() -> None:
    model = tracking.configured("boosting", 9, {"max_iter": 5})
    assert model[-1].max_iter == 5
    assert model[-1].random_state == 9
    assert tracking.configured("logistic")[-1].C == 1.0
    with pytest.raises(ValueError, match="depth"):
        tracking.configured("logistic", 0, {"depth": 3})
