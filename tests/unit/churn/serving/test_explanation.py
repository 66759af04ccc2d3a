"""The parts are those of the model's own coefficients, and are not shown when they do not add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from churn import schema
from churn.serving.champion import load
from churn.serving.explanation import REFERENCE, TOLERANCE, NotAdditiveError, explain
from churn.serving.rules import breaches
from running_service import Signed

Records = list[dict[str, Any]]


def test_the_reference_is_a_customer() -> None:
    assert set(REFERENCE) == set(schema.FEATURES)
    assert list(breaches(REFERENCE)) == []
    assert all(REFERENCE[name] in schema.ALLOWED[name] for name in schema.CATEGORICAL)


def test_the_parts_are_those_of_the_coefficients(signed: Signed, records: Records) -> None:
    score = load(signed.folder, "1", signed.public_key).score
    transformer, regression = (step for _, step in signed.model.steps)
    names = list(transformer.get_feature_names_out())
    for record in records[:20]:
        both = pd.DataFrame([record, REFERENCE])[list(schema.FEATURES)].fillna(
            {"TotalCharges": 0.0}
        )
        terms = transformer.transform(both.astype({"TotalCharges": float})) * regression.coef_[0]
        moved = pd.Series(terms[0] - terms[1], index=names)
        explanation = explain(score, record)
        for one in explanation.contributions:
            of_column = [
                name for name in names if name == one.column or name.startswith(f"{one.column}_")
            ]
            assert of_column
            assert one.log_odds == pytest.approx(moved[of_column].sum(), abs=TOLERANCE)
        total = sum(one.log_odds for one in explanation.contributions)
        assert explanation.reference_log_odds + total == pytest.approx(
            explanation.log_odds, abs=TOLERANCE
        )
        sizes = [abs(one.log_odds) for one in explanation.contributions]
        assert sizes == sorted(sizes, reverse=True)


def with_interaction(records: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Two columns that count only together."""
    both = [r["Contract"] == "Two year" and r["Partner"] == "Yes" for r in records]
    return np.where(both, 0.1, 0.5)


def test_a_model_that_does_not_add_up_is_not_explained(records: Records) -> None:
    record = {**records[0], "Contract": "Two year", "Partner": "Yes"}
    with pytest.raises(NotAdditiveError, match="add up"):
        explain(with_interaction, record)
    assert explain(with_interaction, {**record, "Partner": "No"}).log_odds == 0


@pytest.mark.parametrize("p", [0.0, 1.0, np.nan, -0.1, np.inf])
def test_a_score_without_log_odds_is_not_explained(records: Records, p: float) -> None:
    with pytest.raises(NotAdditiveError, match="log odds"):
        explain(lambda rows: np.full(len(rows), p), records[0])
