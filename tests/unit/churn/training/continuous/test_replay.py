import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from churn import training
from churn.metrics import campaign_value
from churn.simulator import History, labels_known_at
from churn.training.continuous import VOUCHER, Policy, Prices, Situation, Timeline, replay, triggers
from churn.training.continuous.replay import Labels, Model

FIRST, LAST = "2024-06-30", "2025-05-31"


def fit(X: pd.DataFrame, y: Labels) -> Model:
    model: Model = training.make_model("logistic").fit(X, y)
    return model


def test_the_books_are_the_lost_value_less_the_campaigns(timeline: Timeline) -> None:
    books = replay(timeline, Policy(triggers.every(4)), FIRST, LAST)
    model, trained = None, []
    for number, line in enumerate(books.to_dict("records")):
        day = pd.Timestamp(line["as_of"])
        X, y = timeline.today(day), timeline.outcome(day)
        if line["retrained"]:
            rows = timeline.labelled(timeline.labelled_months(day)[-3:])
            model = fit(rows[X.columns], rows["churned"].to_numpy())
            trained.append(number)
        assert model is not None
        p = model.predict_proba(X)[:, 1]
        assert line["contacted"] == (p >= VOUCHER.break_even).sum()
        worth = campaign_value(y, p, VOUCHER.break_even, VOUCHER)
        assert line["contacts"] + line["lost"] == pytest.approx(400 * y.sum() - worth)
    assert trained == [0, 4, 8]
    assert books["training"].tolist() == [500.0 * (i in trained) for i in range(12)]
    parts = books[["contacts", "lost", "training", "labels"]].sum(axis=1)
    assert np.allclose(books["cost"], parts)


def test_labels_are_paid_once(timeline: Timeline) -> None:
    prices = Prices(training=0, label=1)

    def bought(policy: Policy) -> float:
        return float(replay(timeline, policy, FIRST, LAST, prices)["labels"].sum())

    def rows(months: list[pd.Timestamp]) -> int:
        return len(timeline.labelled(months))

    known = timeline.labelled_months(pd.Timestamp(LAST))
    assert bought(Policy(triggers.never)) == rows(known[:2])
    assert bought(Policy(triggers.every(1))) == rows(known)
    assert bought(Policy(triggers.never, watches_labels=True)) == rows(known)
    assert bought(Policy(triggers.never, months=1)) == rows(known[1:2])


def flipped_after(labels: pd.DataFrame, day: str) -> pd.DataFrame:
    """The same labels, the opposite of the truth where nobody can know them on ``day``."""
    unknown = labels["known_on"] > pd.Timestamp(day)
    return labels.assign(churned=np.where(unknown, 1 - labels["churned"], labels["churned"]))


def told(history: History, labels: pd.DataFrame, until: str) -> list[object]:
    """Everything that a trigger, a choice and both gates are shown, and who is contacted."""
    seen: list[object] = []

    def trigger(now: Situation) -> bool:
        seen.extend([now.y.tolist(), now.p.tolist(), now.trained_on.to_csv(), now.today.to_csv()])
        return now.number % 2 == 1

    def choose(labelled: pd.DataFrame, today: pd.DataFrame) -> pd.DataFrame:
        seen.append(labelled.to_csv())
        return labelled

    def data_gate(rows: pd.DataFrame) -> str:
        seen.append(rows.to_csv())
        return ""

    def model_gate(new: Model, old: Model, judged: pd.DataFrame, rows: pd.DataFrame) -> str:
        seen.extend([judged.to_csv(), rows.to_csv()])
        return ""

    policy = Policy(trigger, choose=choose, watches_labels=True)
    gates = {"data_gate": data_gate, "model_gate": model_gate}
    line = Timeline(history.snapshots, labels, fit)
    books = replay(line, policy, FIRST, until, **gates)  # type: ignore[arg-type]
    return [*seen, books[["contacted", "retrained", "labels"]].to_csv()]


def test_nothing_reads_a_label_before_it_is_known(history: History) -> None:
    until = "2024-11-30"
    labels = flipped_after(history.labels, until)
    assert not labels["churned"].equals(history.labels["churned"])
    assert told(history, history.labels, until) == told(history, labels, until)
    # The other way round: a month later some of these labels have arrived, and are read.
    later = "2024-12-31"
    assert told(history, history.labels, later) != told(history, labels, later)


def test_labels_are_known_when_the_simulator_says_so(history: History, timeline: Timeline) -> None:
    for day in timeline.months[5:]:
        arrived = labels_known_at(history, day)
        assert timeline.labelled_months(day) == sorted(arrived["as_of"].unique())
        assert len(timeline.labelled(timeline.labelled_months(day))) == len(arrived)


def test_before_the_first_label_there_is_no_model(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match="begin later"):
        replay(timeline, Policy(triggers.never), "2024-03-31")


def test_a_refused_candidate_leaves_the_champion(timeline: Timeline) -> None:
    judged = []

    def model_gate(new: Model, old: Model, later: pd.DataFrame, rows: pd.DataFrame) -> str:
        judged.append((later["as_of"].min(), rows["as_of"].max()))
        return "not better" if len(judged) == 1 else ""

    policy = Policy(triggers.every(3))
    books = replay(timeline, policy, FIRST, LAST, model_gate=model_gate)
    never = replay(timeline, Policy(triggers.never), FIRST, LAST)
    assert books.loc[books["note"] != "", "note"].to_dict() == {3: "not better"}
    # The champion is still three months old, so the schedule asks again in the next month.
    assert books.index[books["retrained"]].tolist() == [0, 4, 7, 10]
    assert books.loc[:3, "contacted"].tolist() == never.loc[:3, "contacted"].tolist()
    assert books.loc[3, "training"] == 500
    assert all(later > newest for later, newest in judged)


def test_refused_data_are_not_trained_on(timeline: Timeline) -> None:
    fits = []

    def counting(X: pd.DataFrame, y: Labels) -> Model:
        fits.append(len(X))
        model: Model = DummyClassifier().fit(X, y)
        return model

    timeline.fit = counting
    bad = pd.Timestamp("2024-06-30")

    def data_gate(rows: pd.DataFrame) -> str:
        return "June" if (rows["as_of"] == bad).any() else ""

    books = replay(timeline, Policy(triggers.every(1)), FIRST, LAST, data_gate=data_gate)
    refused = books[books["note"] == "June"]
    assert refused["as_of"].dt.strftime("%Y-%m").tolist() == ["2024-10", "2024-11", "2024-12"]
    assert refused["training"].sum() == 0
    assert len(fits) == len(books) - 3
    with pytest.raises(ValueError, match="the first model was refused on 2024-06-30: no"):
        replay(timeline, Policy(triggers.never), FIRST, LAST, data_gate=lambda rows: "no")
