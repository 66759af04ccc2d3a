"""From the customer table to what a model reads: X, y and the scikit-learn preprocessing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from churn import schema


def xy(table: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Split a labelled customer table into features and label.

    Returns:
        X, a frame of shape (n, 19) (no id, no label; a blank total is 0 dollars, since nothing
        has been billed yet) and y of shape (n,), 1 where the customer left.

    Raises:
        schema.SchemaError: if a column is missing.
    """
    if schema.TARGET not in table.columns:
        raise schema.SchemaError(f"the table has no label column {schema.TARGET}")
    y = (table[schema.TARGET] == schema.POSITIVE).to_numpy().astype(np.int64)
    return features(table), y


def features(table: pd.DataFrame) -> pd.DataFrame:
    """The 19 feature columns of a customer table, labelled or not (see :func:`xy`)."""
    missing = [c for c in schema.FEATURES if c not in table.columns]
    if missing:
        raise schema.SchemaError(f"missing column(s): {', '.join(missing)}")
    X = table.loc[:, list(schema.FEATURES)].copy()
    # A table in which nobody has a total yet, as one new customer's event, has None there: no number.
    X["TotalCharges"] = X["TotalCharges"].astype("float64").fillna(0.0)
    return X


def one_hot() -> ColumnTransformer:
    """Scaled numbers and one column per category value; an unknown value becomes all zeros."""
    return ColumnTransformer(
        [
            ("numbers", StandardScaler(), list(schema.NUMERIC)),
            (
                "categories",
                OneHotEncoder(
                    categories=_categories(), handle_unknown="ignore", sparse_output=False
                ),
                list(schema.CATEGORICAL),
            ),
        ],
        verbose_feature_names_out=False,
    )


def ordinal() -> ColumnTransformer:
    """Categories as integer codes, for trees; an unknown value becomes missing."""
    encoder = OrdinalEncoder(
        categories=_categories(), handle_unknown="use_encoded_value", unknown_value=np.nan
    )
    return ColumnTransformer(
        [
            ("categories", encoder, list(schema.CATEGORICAL)),
            ("numbers", "passthrough", list(schema.NUMERIC)),
        ],
        verbose_feature_names_out=False,
    )


def _categories() -> list[list[str | int]]:
    # Fixed by the schema, not by the sample: a rare value absent from it keeps its column.
    return [list(schema.ALLOWED[name]) for name in schema.CATEGORICAL]
