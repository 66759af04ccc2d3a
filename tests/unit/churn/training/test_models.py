import numpy as np
import pandas as pd
import pytest

from churn import data, features, training
from churn.metrics import evaluate


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return data.load("synthetic", n=1500, seed=3)


def test_a_new_category_does_not_crash_a_fitted_model(table: pd.DataFrame) -> None:
    X, y = features.xy(table)
    changed = X.assign(gender="Prefer not to say")
    for kind in ("logistic", "boosting"):
        scores = training.make_model(kind).fit(X, y).predict_proba(changed)[:, 1]
        assert np.isfinite(scores).all()


def test_split_keeps_rate_and_customers(table: pd.DataFrame) -> None:
    train, test = training.split(table, seed=1)
    assert len(test) == 375
    assert set(train["customerID"]).isdisjoint(test["customerID"])
    assert abs((train["Churn"] == "Yes").mean() - (test["Churn"] == "Yes").mean()) < 0.002
    again = training.split(table, seed=1)[1]
    assert again.equals(test)
    assert not training.split(table, seed=2)[1].equals(test)


def test_every_model_beats_the_rule_and_the_rule_beats_chance(table: pd.DataFrame) -> None:
    _, y = features.xy(table)
    auc = {
        kind: evaluate(y, training.out_of_fold_scores(training.make_model(kind), table))["roc_auc"]
        for kind in ("dummy", "logistic", "boosting")
    }
    rule = evaluate(y, training.baseline_rule(table))["roc_auc"]
    assert 0.4 < auc["dummy"] < 0.6
    assert auc["dummy"] < rule < min(auc["logistic"], auc["boosting"])


def test_out_of_fold_scores_do_not_see_the_label(table: pd.DataFrame) -> None:
    # Labels drawn by lot cannot be predicted, unless the model scores what it was fitted on.
    lot = np.random.default_rng(0).permutation(table["Churn"].to_numpy())
    shuffled = table.assign(Churn=lot)
    scores = training.out_of_fold_scores(training.make_model("boosting"), shuffled)
    assert evaluate(features.xy(shuffled)[1], scores)["roc_auc"] < 0.56


def test_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="choose dummy, logistic or boosting"):
        training.make_model("forest")  # type: ignore[arg-type]
