"""More of lab 03: its solutions do what the sentences of their tasks say.

As in ``test_lab_solutions``, which holds what the tasks of one table ask for. The fit of a model is
replaced where a sentence does not depend on it.
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mlflow.data import from_pandas  # type: ignore[attr-defined]
from references import functions
from sklearn.metrics import roc_auc_score

from churn.data import load
from churn.features import xy
from churn.training import make_model, split
from coursekit.workspace import Workspace

LAB = "lab03_experiments"
Given = dict[str, Any]


@functools.cache
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return split(load("synthetic", n=240, seed=6), seed=1)


@contextmanager
def store() -> Iterator[mlflow.MlflowClient]:
    """An empty store of MLflow, used while the body runs."""
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    with tempfile.TemporaryDirectory() as folder:
        Workspace("lab03", Path(folder), seed=0).use_mlflow("lab03")
        try:
            yield mlflow.MlflowClient()
        finally:
            while mlflow.active_run():
                mlflow.end_run()
            mlflow.set_tracking_uri(before[0])
            mlflow.set_registry_uri(before[1])


def runs_in(client: mlflow.MlflowClient) -> list[Any]:
    every = [one.experiment_id for one in client.search_experiments()]
    return list(client.search_runs(every, run_view_type=3, max_results=500))


class Fits:
    """Stands for `auc`: the quality of a candidate, or an error, is drawn beforehand."""

    def __init__(self, outcomes: dict[int, float | Exception]) -> None:
        self.outcomes = outcomes

    def __call__(self, candidate: Given, *_: Any) -> float:
        found = self.outcomes.get(candidate["a"], 0.5)
        if isinstance(found, Exception):
            raise found
        return found


QUALITY = st.one_of(
    st.sampled_from([0.0, 0.5, 0.8, 0.8 + 1e-12]), st.just(ValueError("no model takes that"))
)


@settings(max_examples=8, deadline=None)
@given(
    st.dictionaries(st.integers(0, 4), QUALITY, min_size=1), st.integers(1, 7), st.integers(0, 3)
)
def test_a_search_is_recorded_with_every_candidate_it_tried(
    outcomes: dict[int, float | Exception], budget: int, seed: int
) -> None:
    with store() as client:
        names = functions(LAB, "helpers", "search", auc=Fits(outcomes))
        found = names["search"]({"a": list(outcomes), "b": [1]}, budget, seed, *tables())
        parent, children = found["parent"], found["children"]
        tried = [int(child["params"]["a"]) for child in children]
        assert len(runs_in(client)) == 1 + len(children)
        assert len(set(tried)) == len(tried) == min(budget, len(outcomes))
        assert parent["name"] == "search"
        assert parent["status"] == "FINISHED"
        assert parent["params"] == {"budget": str(budget), "seed": str(seed)}
        good = {}
        for child, a in zip(children, tried, strict=True):
            quality = outcomes[a]
            assert child["parent"] == parent["run_id"]
            assert child["params"] == {"a": str(a), "b": "1", "seed": str(seed)}
            failed = isinstance(quality, Exception)
            assert child["status"] == ("FAILED" if failed else "FINISHED")
            assert child["metrics"] == ({} if failed else {"valid_roc_auc": quality})
            if not isinstance(quality, Exception):
                good[child["run_id"]] = quality
        if not good:
            assert parent["metrics"] == {}
            assert "best_run_id" not in parent["tags"]
            return
        assert parent["metrics"] == {"best_valid_roc_auc": max(good.values())}
        assert good[parent["tags"]["best_run_id"]] == max(good.values())


@settings(max_examples=6, deadline=None)
@given(
    st.one_of(st.just(0.7123456789012345), st.sampled_from([ValueError("a"), MemoryError("b")])),
    st.integers(0, 9),
)
def test_a_run_is_recorded_whatever_becomes_of_its_fit(
    outcome: float | Exception, seed: int
) -> None:
    train, valid = tables()
    with store() as client:
        names = functions(LAB, "helpers", "record_run", auc=Fits({1: outcome}))
        record, raised = None, None
        try:
            record = names["record_run"]("mine", {"a": 1, "b": None}, seed, train, valid)
        except Exception as error:
            raised = error
        (run,) = runs_in(client)
        failed = isinstance(outcome, Exception)
        assert raised is (outcome if failed else None)
        assert mlflow.active_run() is None
        assert run.info.run_name == "mine"
        assert run.info.status == ("FAILED" if failed else "FINISHED")
        assert run.data.params == {"a": "1", "b": "None", "seed": str(seed)}
        assert run.data.metrics == ({} if failed else {"valid_roc_auc": outcome})
        assert run.data.tags["model"] == "boosting"
        used = {t.value: i.dataset for i in run.inputs.dataset_inputs for t in i.tags}
        for context, name, table in (("training", "train", train), ("validation", "valid", valid)):
            assert used[context].name == name
            assert used[context].digest == from_pandas(table).digest
        assert len(used) == 2
        if not failed:
            assert record == names["record_of"](run.info.run_id)


def error_of(call: Callable[[], Any]) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error
    return None


@settings(max_examples=1, deadline=None)
@example(0.31415926535)
@example(-1.0)
@example(10**400)
@given(st.floats(0.001, 0.9))
def test_autologging_is_off_again_whatever_becomes_of_the_fit(C: float) -> None:
    train, valid = tables()
    with store() as client:
        names = functions(LAB, "helpers", "autolog_run")
        model = make_model("logistic").set_params(logisticregression__C=C)
        wanted = error_of(lambda: model.fit(*xy(train)))
        found: Given = {}
        raised = error_of(lambda: found.update(names["autolog_run"](C, train, valid)))
        make_model("logistic").fit(*xy(valid))
        (run,) = runs_in(client)  # the later fit has left none
        assert mlflow.active_run() is None
        assert run.info.run_name == "autolog"
        failed = not 0 < C < 1
        assert type(raised) is type(wanted)
        assert (raised is not None) == failed
        assert run.info.status == ("FAILED" if failed else "FINISHED")
        assert ("valid_roc_auc" in run.data.metrics) == (not failed)
        if failed:
            return
        assert set(found) == {"run", "settings", "optimism"}
        assert found["run"]["models"] == 0
        X, y = xy(valid)
        quality = roc_auc_score(y, model.predict_proba(X)[:, 1])
        assert run.data.metrics["valid_roc_auc"] == pytest.approx(quality, rel=1e-12)
        both = found["run"]["metrics"]
        assert found["optimism"] == both["training_roc_auc"] - both["valid_roc_auc"]
        own = {name: str(value) for name, value in model[-1].get_params().items()}
        assert found["settings"] == own
        assert found["run"] == names["record_of"](run.info.run_id)


HERS = st.fixed_dictionaries(
    {},
    optional={
        "max_iter": st.integers(1, 3),
        "learning_rate": st.sampled_from([0.3, 1e-05, 0.3141592653589793]),
        "max_depth": st.sampled_from([None, 2]),
        "max_leaf_nodes": st.sampled_from([None, 4]),
        "max_features": st.sampled_from([1.0, 0.25]),
    },
)


@settings(max_examples=5, deadline=None)
@example({}, (7, 8), 9e-10, "hers")  # nothing is changed, nothing but the store's digits differs
@example({"max_depth": 2, "learning_rate": 0.3141592653589793}, (0, 1), 1.1e-9, "hers")
@example({"max_leaf_nodes": None, "learning_rate": 1e-05}, (5, 6), -1e-4, "hers")
@given(
    HERS,
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
    st.sampled_from([0.0, 9e-10, -9e-10, 1.1e-9, -1e-4]),
    st.sampled_from(["hers", "turned", "one bill", "no labels"]),
)
def test_a_run_is_reproduced_from_its_record_alone(
    hers: Given, seeds: tuple[int, int], gap: float, rows: str
) -> None:
    table = load("synthetic", n=400, seed=7)
    fits: list[Any] = []

    def counted(*given: Any) -> Any:
        fits.append(given)
        return make_model(*given)

    names = functions(LAB, "helpers", "reproduce", make_model=counted)
    chosen = {"max_iter": 12, "max_leaf_nodes": 6, "max_features": 0.5} | hers
    fitted, judged = split(table, seed=seeds[0], test_share=0.3)
    model = make_model("boosting", seeds[1])
    model[-1].set_params(**chosen)
    X, y = xy(judged)
    quality = float(roc_auc_score(y, model.fit(*xy(fitted)).predict_proba(X)[:, 1]))
    record = {
        "params": {name: str(v) for name, v in (hers | {"split_seed": seeds[0]}).items()},
        "metrics": {"valid_roc_auc": quality + gap},
        "tags": {"seed": str(seeds[1])},
        "data": [{"digest": from_pandas(table).digest}],
    }
    other = {
        "hers": table,
        "turned": table[::-1],
        "one bill": table.assign(
            MonthlyCharges=table["MonthlyCharges"] + (table.index == 3) * 0.05
        ),
        "no labels": table.drop(columns="Churn"),
    }
    with store() as client:
        assert runs_in(client) == []
        path = Path(mlflow.get_tracking_uri().removeprefix("sqlite:///"))
        before = path.read_bytes()
        found = names["reproduce"](record, other[rows])
        assert path.read_bytes() == before
    if rows != "hers":
        assert found == {"verdict": "other data", "valid_roc_auc": None}
        assert fits == []
        return
    verdict = "reproduced" if abs(gap) <= 1e-9 else "other result"
    assert found == {"verdict": verdict, "valid_roc_auc": pytest.approx(quality, rel=1e-12)}


#: Values that a fact may have, in a night and in others.
FACTS: dict[str, list[Any]] = {
    "user": ["ada", "eve"],
    "started": ["2024-05-04 23:10", "2024-06-01 01:00"],
    "sorted_by": ["customerID", "MonthlyCharges", "gender"],
    "split_seed": [3, 41, 42],
    "seed": [4, 77, 78, 79],
    "model": ["logistic", "boosting"],
    "share": [0.4, 0.9, 1.0],
    "learning_rate": [0.3, 0.02],
    "C": [0.1, 0.002],
}


@settings(max_examples=5, deadline=None)
@given(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in FACTS.items()}),
    st.randoms(use_true_random=False),
)
def test_a_record_holds_what_decides_and_nothing_else(night: Given, draw: Any) -> None:
    names = functions(LAB, "nightly_code", "needed")
    table = load("synthetic", n=300, seed=8)
    listed, result = names["needed"](dict(night)), functools.partial(names["nightly"], table=table)
    assert type(listed) is list
    assert len(set(listed)) == len(listed)
    wanted = result(night)
    lost = {name: draw.choice(v) for name, v in FACTS.items() if name not in listed}
    assert result(night | lost) == wanted
    for name in listed:
        others = [value for value in FACTS[name] if value != night[name]]
        assert any(result(night | {name: value}) != wanted for value in others), name


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 20_000)), max_size=29),
    st.floats(0, 20_000),
    st.integers(1, 24),
    st.floats(0.5, 5000),
)
def test_going_on_is_answered_by_true_or_false(
    values: list[float | None], baseline: float, months: int, price: float
) -> None:
    answer = functions(LAB, "go_on")["go_on"](values, baseline, months, price)
    assert type(answer) is bool
