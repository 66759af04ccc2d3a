import numpy as np
import pytest

from churn import data, features, schema, training
from churn.metrics import evaluate


@pytest.fixture(scope="module")
def table():
    return data.load("synthetic", n=1500, seed=3)


def test_xy_has_the_19_features_and_no_blank(table):
    X, y = features.xy(table)
    assert list(X.columns) == list(schema.FEATURES)
    assert X.shape == (1500, 19)
    assert not X.isna().any().any()
    assert y.mean() == (table["Churn"] == "Yes").mean()


def test_xy_leaves_the_table_alone(table):
    before = table.copy()
    features.xy(table)
    assert before.equals(table)


@pytest.mark.parametrize("column", ["Churn", "Contract"])
def test_a_missing_column_is_named(table, column):
    with pytest.raises(schema.SchemaError, match=column):
        features.xy(table.drop(columns=column))


@pytest.mark.parametrize("preprocessor", [features.one_hot(), features.ordinal()])
def test_columns_do_not_depend_on_the_sample(table, preprocessor):
    X, _ = features.xy(table)
    few = X[X["InternetService"] == "DSL"]
    assert preprocessor.fit_transform(X).shape[1] == preprocessor.fit_transform(few).shape[1]


def test_a_new_category_does_not_crash_a_fitted_model(table):
    X, y = features.xy(table)
    changed = X.assign(gender="Prefer not to say")
    for kind in ("logistic", "boosting"):
        scores = training.make_model(kind).fit(X, y).predict_proba(changed)[:, 1]
        assert np.isfinite(scores).all()


def test_split_keeps_rate_and_customers(table):
    train, test = training.split(table, seed=1)
    assert len(test) == 375
    assert set(train["customerID"]).isdisjoint(test["customerID"])
    assert abs((train["Churn"] == "Yes").mean() - (test["Churn"] == "Yes").mean()) < 0.002
    again = training.split(table, seed=1)[1]
    assert again.equals(test)
    assert not training.split(table, seed=2)[1].equals(test)


def test_every_model_beats_the_rule_and_the_rule_beats_chance(table):
    _, y = features.xy(table)
    auc = {
        kind: evaluate(y, training.out_of_fold_scores(training.make_model(kind), table))["roc_auc"]
        for kind in ("dummy", "logistic", "boosting")
    }
    rule = evaluate(y, training.baseline_rule(table))["roc_auc"]
    assert 0.4 < auc["dummy"] < 0.6
    assert auc["dummy"] < rule < min(auc["logistic"], auc["boosting"])


def test_out_of_fold_scores_do_not_see_the_label(table):
    # Labels drawn by lot cannot be predicted, unless the model scores what it was fitted on.
    lot = np.random.default_rng(0).permutation(table["Churn"].to_numpy())
    shuffled = table.assign(Churn=lot)
    scores = training.out_of_fold_scores(training.make_model("boosting"), shuffled)
    assert evaluate(features.xy(shuffled)[1], scores)["roc_auc"] < 0.56


def test_unknown_model_is_refused():
    with pytest.raises(ValueError, match="choose dummy, logistic or boosting"):
        training.make_model("forest")  # type: ignore[arg-type]
