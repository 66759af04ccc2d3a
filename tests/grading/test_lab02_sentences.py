"""Lab 02's solutions do what the sentences of their tasks say, on inputs that nobody chose.

As in test_lab_solutions.py: each sentence is written anew, another way than the solution has it.
"""

from __future__ import annotations

import datetime as dt
import math
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import references
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coursekit.checks import elsewhere

LAB = "lab02_labels_and_features"
FEW = settings(max_examples=40, deadline=None)
# pandas 2.3 with NumPy 2.5, where the lab writes a Timedelta with words.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The 'generic' unit for NumPy timedelta:DeprecationWarning"
)


@pytest.fixture(scope="module", autouse=True)
def lab() -> None:
    """Feast, which the lab imports, changes which warnings are shown: not within a test."""
    with warnings.catch_warnings():
        references.names(LAB)


def solution(task: str) -> Callable[..., Any]:
    found: Callable[..., Any] = references.names(LAB)[task]
    return found


def missing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))


def alike(one: Any, other: Any) -> bool:
    return missing(other) if missing(one) else bool(one == other)


# --- 1 and 2 · label_window, labels_on --------------------------------------------------------

CUTOFF = "2024-02-28"
END = pd.Timestamp("2024-02-29")  # the midnight after it
DAY = 1440
#: Minutes from there, on both sides of every edge of a day.
MINUTES = st.sampled_from([d * DAY + step for d in (-2, -1, 0, 1, 2, 3) for step in (-1, 0, 700)])
#: When a customer joined, how long after it they left, and when something else happened.
JOINED = st.one_of(st.sampled_from([-1, 0, -2 * DAY - 1, 700 - DAY]), MINUTES, st.none())
STAYED = st.one_of(st.sampled_from([1, DAY, 2 * DAY, 3 * DAY]), st.none())
STORY = st.tuples(JOINED, STAYED, MINUTES)
Story = tuple[int | None, int | None, int]


def dates(story: Story) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """When a customer joined and left; who never joined may leave all the same."""
    joined, stays, other = story
    start = None if joined is None else END + dt.timedelta(minutes=joined)
    if stays is None:
        return start, None
    return start, (start or END + dt.timedelta(minutes=other)) + dt.timedelta(minutes=stays)


def log_of(stories: list[Story], twice: bool) -> pd.DataFrame:
    lines: list[tuple[str, str, pd.Timestamp | None]] = []
    for name, story in zip("ABCDEF", stories, strict=False):
        joined, left = dates(story)
        lines += [(name, "left_message", END + dt.timedelta(minutes=story[2]))]
        lines += [(name, "left", left)] * (left is not None)
        lines += [(name, "joined", joined)] * (joined is not None)
    log = pd.DataFrame(lines * (1 + twice), columns=["customerID", "kind", "occurred_at"])
    return log.astype({"occurred_at": "datetime64[ns]"}).set_index(pd.Index([0] * len(log)))


STORIES = st.lists(STORY, min_size=1, max_size=5)
#: Who leaves late in the evening of the first or the second day of a window.
EVENINGS: list[Story] = [(-1, DAY, 0), (-1, 2 * DAY, 0)]


def labels(stories: list[Story], days: int) -> dict[str, int]:
    found = {}
    for name, story in zip("ABCDEF", stories, strict=False):
        joined, left = dates(story)
        if joined is not None and joined < END and not (left is not None and left < END):
            found[name] = int(left is not None and left < END + dt.timedelta(days=days))
    return found


@FEW
@given(STORIES, st.booleans(), st.integers(1, 4))
def test_a_label_says_who_leaves_within_the_window(
    stories: list[Story], twice: bool, days: int
) -> None:
    found = solution("label_window")(log_of(stories, twice), CUTOFF, days)
    assert sorted(found) == ["churned", "customerID"]
    assert found["customerID"].is_unique
    wanted = labels(stories, days)
    assert dict(zip(found["customerID"], found["churned"], strict=True)) == wanted


@FEW
@given(
    st.lists(STORY, max_size=3).map(lambda drawn: [*EVENINGS, *drawn]),
    st.booleans(),
    st.sampled_from([3, 2, 1]),
    st.integers(0, 2),
    st.sampled_from([1, 2, 3, 0, 4]),
)
def test_a_label_is_known_when_its_delay_is_over(
    stories: list[Story], twice: bool, days: int, delay: int, later: int
) -> None:
    today = dt.date(2024, 2, 28) + dt.timedelta(days=delay + later)
    log = log_of(stories, twice)
    found = solution("labels_on")(log, CUTOFF, days, delay, f"{today}")
    seen = dict(zip(found["customerID"], found["churned"], strict=True))
    wait = dt.timedelta(days=delay)
    known = {}
    for name, (story, label) in {
        name: (story, labels(stories, days)[name])
        for name, story in zip("ABCDEF", stories, strict=False)
        if name in labels(stories, days)
    }.items():
        left = dates(story)[1]
        last = dt.date(2024, 2, 28) + dt.timedelta(days=days)
        decided = left.date() if label and left is not None else last
        known[name] = label if decided + wait <= today else None
    assert seen.keys() == known.keys()
    assert all(alike(known[name], seen[name]) for name in known), (seen, known)


# --- 3 · find_leaks ---------------------------------------------------------------------------

SIZE = 90
TOWNS = [("Ulm", "Graz", "Linz")[i % 3 if i < 50 else 0] for i in range(SIZE)]
#: For how many of those who left, and who stayed, a note is there: on both sides of each bound.
NOTES = [(29, 0), (30, 0), (29, 1), (28, 2), (38, 2), (37, 2), (37, 1), (44, 0), (45, 0), (44, 1)]


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Ninety customers of three towns, and columns that are leaks or just not."""
    leavers = draw(st.sampled_from([45, 60, 80]))
    left = draw(st.permutations([int(i < leavers) for i in range(SIZE)]))
    table = pd.DataFrame({"town": TOWNS, "left": left, "age": range(SIZE)})
    if draw(st.booleans()):
        table["street"] = [f"street {i // 2}" for i in range(SIZE)]
    if draw(st.booleans()):
        table.loc[draw(st.integers(0, SIZE - 1)), "town"] = None
    rate = table["left"].groupby(table["town"]).transform("mean").round(4).fillna(0.5)
    where = draw(st.sampled_from([slice(None), slice(5, 6)]))
    rate[where] = (rate[where] + draw(st.sampled_from([0.0, 0.0001, -0.0001]))).round(4)
    table["rate"] = rate.mask(table.index == 3) if draw(st.sampled_from([0, 0, 1])) else rate
    gone, stayed = (table.index[table["left"] == label] for label in (1, 0))
    leave, stay = draw(st.sampled_from(NOTES))
    value = draw(st.sampled_from(["bill", 1.0]))
    there = [*gone[:leave], *stayed[:stay]]
    table["note"] = pd.Series(value, index=there).reindex(table.index)
    return table[draw(st.permutations(list(table)))].set_index(pd.Index([1] * SIZE))


def leaks(table: pd.DataFrame) -> dict[str, str]:
    rows = table.to_dict("records")
    found = {}
    names = [str(name) for name in table if name != "left"]
    texts = [n for n in names if all(isinstance(row[n], str) for row in rows)]
    for name in names:
        there = [row["left"] for row in rows if not missing(row[name])]
        if len(rows) - len(there) > len(rows) / 2 and len(there) >= 30:
            if 100 * sum(there) >= 95 * len(there):
                found[name] = "after the event"
        elif len(there) == len(rows) and name not in texts:
            for text in texts:
                groups: dict[str, list[Any]] = {}
                for row in rows:
                    groups.setdefault(row[text], []).append((row[name], row["left"]))
                means = {g: sum(c for _, c in own) / len(own) for g, own in groups.items()}
                if all(abs(v - means[g]) <= 5e-5 for g, own in groups.items() for v, _ in own):
                    found[name] = "own label"
    return found


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_leaks_are_found_by_the_rules_of_the_table(table: pd.DataFrame) -> None:
    assert solution("find_leaks")(table, "left") == leaks(table)


# --- 4 · grouped_time_split -------------------------------------------------------------------

FROM = dt.date(2024, 3, 1)


def panel(households: int, ages: list[int], seed: int) -> pd.DataFrame:
    """Each household has one row long before the test period, one on its first day, and others."""
    rows = [(f"H{h}", age) for h in range(households) for age in (-400, 0)]
    rows += [(f"H{i % households}", age) for i, age in enumerate(ages)]
    made = pd.DataFrame(rows, columns=["household", "days"])
    made["as_of"] = pd.Timestamp(FROM) + pd.to_timedelta(made["days"], unit="D")
    return made.sample(frac=1, random_state=seed).set_index(pd.Index([0] * len(made)))


@FEW
@given(
    st.integers(1, 9),
    st.lists(st.sampled_from([-31, -30, -32, -1, 0, 1, 40]), min_size=6, max_size=12),
    st.sampled_from([0.25, 0.3, 0.5, 0.0, 0.04, 0.96, 1.0]),
    st.integers(0, 3),
)
def test_a_split_keeps_households_and_future_apart(
    households: int, ages: list[int], share: float, seed: int
) -> None:
    split = solution("grouped_time_split")
    rows = panel(households, ages, 0)
    found = split(rows, f"{FROM}", 31, share, seed)
    table = list(zip(rows["household"], rows["days"], strict=True))
    drawn = {table[number][0] for number in found["test"]}
    assert abs(len(drawn) - share * households) <= 0.5
    wanted = {
        "test": [i for i, (name, days) in enumerate(table) if name in drawn and days >= 0],
        "train": [i for i, (name, days) in enumerate(table) if name not in drawn and days <= -31],
    }
    assert {part: sorted(numbers) for part, numbers in found.items()} == wanted
    mixed = panel(households, ages, 1)
    again = split(mixed, f"{FROM}", 31, share, seed)
    assert set(mixed["household"].iloc[again["test"]]) == drawn


def test_the_seed_decides_on_the_households_in_every_process() -> None:
    rows = panel(30, [], 0)
    drawn = []
    for seed in range(8):
        parts = solution("grouped_time_split")(rows, f"{FROM}", 31, 0.5, seed)
        drawn.append(frozenset(rows["household"].iloc[parts["test"]]))
    assert len(set(drawn)) == len(drawn)
    given = (rows, f"{FROM}", 31, 0.5, 5)
    assert elsewhere(solution("grouped_time_split"), *given) == solution("grouped_time_split")(
        *given
    )


# --- 5 · training_set -------------------------------------------------------------------------

MOMENTS = st.sampled_from([0.0, 0.25, 1.0, 86_400.0, 86_400.25, 86_401.0])  # seconds
FEATURES = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        MOMENTS,
        st.one_of(st.none(), st.sampled_from([1.0, 2.5])),
        st.one_of(st.none(), st.sampled_from("SM")),
    ),
    max_size=6,
)
ENTITIES = st.lists(st.tuples(st.sampled_from("ABC"), MOMENTS), min_size=1, max_size=5)
Row = tuple[str, float]
Feature = tuple[str, float, float | None, str | None]


UTC_NS = "datetime64[ns, UTC]"


def moments(seconds: Iterable[float]) -> pd.DatetimeIndex:
    start = dt.datetime(2024, 2, 28, tzinfo=dt.UTC)
    return pd.DatetimeIndex([start + dt.timedelta(seconds=s) for s in seconds], dtype=UTC_NS)


def asked(rows: list[Row]) -> pd.DataFrame:
    made = pd.DataFrame({"customerID": [name for name, _ in rows]}, dtype=object)
    made["event_timestamp"] = moments(at for _, at in rows)
    return made.assign(label=range(len(rows))).set_index(pd.Index([7] * len(rows)))


def features_of(rows: list[Feature]) -> pd.DataFrame:
    made = pd.DataFrame({"customerID": [row[0] for row in rows]}, dtype=object)
    made["event_timestamp"] = moments(row[1] for row in rows)
    made["calls"] = pd.Series([row[2] for row in rows], dtype=float)
    made["plan"] = pd.Series([row[3] for row in rows], dtype=object)
    return made.set_index(pd.Index(range(len(rows), 0, -1)))


def known_then(row: Row, features: list[Feature], days: float) -> tuple[Any, Any]:
    """The values that a model would have seen at the row's moment; see task 5."""
    seen = [one for one in features if one[0] == row[0] and one[1] <= row[1]]
    newest = max((one[1] for one in seen), default=None)
    if newest is None or row[1] - newest > days * 86_400:
        return None, None
    return [one[2:] for one in seen if one[1] == newest][-1]


@FEW
@given(ENTITIES, FEATURES, st.integers(0, 1))
def test_a_row_takes_the_newest_values_of_its_moment(
    rows: list[Row], features: list[Feature], days: int
) -> None:
    found = solution("training_set")(asked(rows), features_of(features), days)
    assert sorted(found) == ["calls", "customerID", "event_timestamp", "label", "plan"]
    assert found["label"].tolist() == list(range(len(rows)))
    assert found["customerID"].tolist() == [name for name, _ in rows]
    got = list(zip(found["calls"], found["plan"], strict=True))
    for row, values in zip(rows, got, strict=True):
        wanted = known_then(row, features, days)
        assert all(map(alike, wanted, values)), (row, wanted, values)


# --- 6 · make_store, online, historical -------------------------------------------------------

WHOLE = st.sampled_from([0.0, 1.0, 86_400.0, 86_401.0])  # Feast's online store has whole seconds


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],  # each example makes a store: none is made to find a smaller one
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), WHOLE, st.one_of(st.none(), st.sampled_from([1.0, 2.5]))),
        min_size=3,
        max_size=7,
        unique_by=lambda row: row[:2],
    ),
    st.lists(st.tuples(st.sampled_from("ABC"), WHOLE), min_size=4, max_size=6),
    WHOLE,
    st.integers(1, 2),
)
def test_online_is_what_was_there_and_historical_what_was_known(
    tmp_path: Path, features: list[tuple[str, float, float | None]], rows: list[Row],
    until: float, days: int,
) -> None:  # fmt: skip
    names = references.names(LAB)
    names["workspace"] = tmp_path
    written: list[Feature] = [(*row, None) for row in features]
    table = features_of(written).drop(columns="plan")
    (last,) = moments([until])
    repo = solution("make_store")("store", table, days, last)
    there = [row for row in written if row[1] <= until]
    for later in (0, 1, 86_400):
        found = solution("online")(repo, ["B", "C", "A", "B"], last + dt.timedelta(seconds=later))
        assert found["customerID"].tolist() == ["B", "C", "A", "B"]
        for name, calls in zip("BCAB", found["calls"], strict=True):
            wanted = known_then((name, until + later), there, days)[0]
            assert alike(wanted, calls), (name, later, wanted, calls)
    found = solution("historical")(repo, asked(rows))
    assert found["label"].tolist() == list(range(len(rows)))
    for row, calls in zip(rows, found["calls"], strict=True):
        assert alike(known_then(row, written, days)[0], calls), (row, calls)


# --- 7 · serve_features -----------------------------------------------------------------------

AS_OF = pd.Timestamp("2024-03-02 00:10", tz="UTC")
EVENT = st.tuples(
    st.sampled_from(["support_call", "usage_data", "payment", "payment_late", "prepayment"]),
    st.one_of(st.none(), st.just(math.nan), st.sampled_from([2.0, 5.5])),
    # Minutes before `as_of`, on both sides of midnight and of the edges of a window of two days.
    st.sampled_from([-1, 0, 1, 10, 11, 1450, 1451, 2879, 2880, 2881]),
    st.sampled_from([None, 0.0, 2.0, -5.0, 5.5]),  # hours from UTC when it arrives again
)


@FEW
@given(st.lists(EVENT, max_size=7), st.randoms())
def test_the_app_says_what_the_training_says(events: list[Any], shuffle: Any) -> None:
    lines = []
    for number, (kind, value, minutes, again) in enumerate(events):
        moment = AS_OF - dt.timedelta(minutes=minutes)
        for hours in {0.0, 0.0 if again is None else again}:
            zone = dt.timezone(dt.timedelta(hours=hours))
            text = moment.tz_convert(zone).isoformat()
            lines.append({"event_id": number, "kind": kind, "value": value, "occurred_at": text})
    shuffle.shuffle(lines)
    found = solution("serve_features")(lines, "2024-03-02 00:10", 2)
    names = ["calls", "gb_mean", "gb_spread", "unpaid_share", "last_payment_days"]
    assert sorted(found) == sorted(names)
    if not lines:
        assert found == dict.fromkeys(names) | {"calls": 0}
        return
    log = pd.DataFrame(lines).assign(customerID="A")
    log["occurred_at"] = pd.to_datetime(log["occurred_at"], utc=True, format="ISO8601")
    log["value"] = log["value"].astype(float)
    wanted = solution("batch_features")(log, "2024-03-02 00:10", 2).loc["A"]
    for name in names:
        same = missing(found[name]) if missing(wanted[name]) else np.isclose(
            found[name], wanted[name], rtol=1e-12
        )  # fmt: skip
        assert same, (name, found[name], wanted[name])
