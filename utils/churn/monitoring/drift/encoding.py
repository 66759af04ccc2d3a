"""A table of numbers and categories as points in space, for detectors that look at whole rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn.monitoring.drift.detector import DriftError, Floats, as_categories

#: A column of numbers with at most so many different ones counts as one of categories.
FEW_VALUES = 10


def is_number(column: pd.Series) -> bool:
    """Whether a column is a measure (more than ``FEW_VALUES`` numbers) and not a category."""
    numeric = pd.api.types.is_numeric_dtype(column.dtype)
    return bool(
        numeric and not pd.api.types.is_bool_dtype(column.dtype) and column.nunique() > FEW_VALUES
    )


class RowEncoder:
    """Rows as points, learned from the reference, so that a change of scale in a window shows.

    A number is scaled by the reference's mean and standard deviation; a missing one lies at the
    mean, and a column of its own marks it. Each value of a category that the reference has is a
    column of 0 and 1, and one more is for all that it does not have.
    """

    def __init__(self, reference: pd.DataFrame) -> None:
        self.numbers = [name for name in reference if is_number(reference[name])]
        self.categories = [name for name in reference if name not in self.numbers]
        numbers = make_union(
            make_pipeline(SimpleImputer(), StandardScaler()), MissingIndicator(features="all")
        )
        values = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        prepared = self._prepared(reference, "reference")
        self._known = {name: set(prepared[name]) for name in self.categories}
        self._transformer = ColumnTransformer(
            [("numbers", numbers, self.numbers), ("categories", values, self.categories)]
        ).fit(prepared)

    def encode(self, table: pd.DataFrame, role: str = "window") -> Floats:
        """An array of shape (rows, encoded columns)."""
        prepared = self._prepared(table, role)
        unseen = [~prepared[name].isin(known) for name, known in self._known.items()]
        points = np.asarray(self._transformer.transform(prepared), dtype=float)
        return np.column_stack([points, *unseen])

    def _prepared(self, table: pd.DataFrame, role: str) -> pd.DataFrame:
        if gone := [str(c) for c in (*self.numbers, *self.categories) if c not in table]:
            raise DriftError(f"the {role} lacks the column(s) {', '.join(gone)}")
        columns: dict[Any, Any] = {}
        for name in self.numbers:
            try:
                columns[name] = table[name].astype(float).to_numpy()
            except (TypeError, ValueError) as error:
                raise DriftError(f"the {role}'s column {name} holds no numbers any more") from error
            if np.isinf(columns[name]).any():
                raise DriftError(f"the {role}'s column {name} holds an infinite value")
        for name in self.categories:
            columns[name] = as_categories(table[name], role).to_numpy()
        return pd.DataFrame(columns)


def as_table(data: Any, role: str) -> pd.DataFrame:
    """A frame of at least two rows from a frame or a two-dimensional array."""
    table = data if isinstance(data, pd.DataFrame) else pd.DataFrame(np.asarray(data))
    if table.shape[1] == 0:
        raise DriftError(f"the {role} has no column")
    if len(table) < 2:
        raise DriftError(f"the {role} has {len(table)} row(s): at least 2 are needed")
    return table
