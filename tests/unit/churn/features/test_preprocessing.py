"""X, y and the preprocessing: the schema's columns whatever the sample, and nothing of the label."""

import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer

from churn import data, features, schema


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return data.load("synthetic", n=1500, seed=3)


def test_xy_has_the_19_features_and_no_blank(table: pd.DataFrame) -> None:
    X, y = features.xy(table)
    assert list(X.columns) == list(schema.FEATURES)
    assert X.shape == (1500, 19)
    assert not X.isna().any().any()
    assert y.mean() == (table["Churn"] == "Yes").mean()


def test_xy_leaves_the_table_alone(table: pd.DataFrame) -> None:
    before = table.copy()
    features.xy(table)
    assert before.equals(table)


@pytest.mark.parametrize("column", ["Churn", "Contract"])
def test_a_missing_column_is_named(table: pd.DataFrame, column: str) -> None:
    with pytest.raises(schema.SchemaError, match=column):
        features.xy(table.drop(columns=column))


@pytest.mark.parametrize("preprocessor", [features.one_hot(), features.ordinal()])
def test_columns_do_not_depend_on_the_sample(
    table: pd.DataFrame, preprocessor: ColumnTransformer
) -> None:
    X, _ = features.xy(table)
    few = X[X["InternetService"] == "DSL"]
    assert preprocessor.fit_transform(X).shape[1] == preprocessor.fit_transform(few).shape[1]


def test_a_new_customers_event_has_no_total() -> None:
    """Out of JSON a lone missing total is None, and so is the column's type."""
    event = data.load("synthetic", n=60, seed=0).head(1).astype({"TotalCharges": object})
    event["TotalCharges"] = None
    found = features.features(event)["TotalCharges"]
    assert found.dtype == "float64"
    assert found.tolist() == [0.0]
