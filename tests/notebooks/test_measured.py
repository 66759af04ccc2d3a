"""The tables of measurements say what the lessons on choosing and on drift conclude from them.

The lesson on choosing prints classes and large ratios. Whoever measures again and comes near a limit
sees here which sentence of the lesson no longer follows. That on drift prints shares of windows.
"""

import pandas as pd
import pytest

from coursekit import paths

TABLE = paths.course_root() / "datasets/measured/paradigms.csv"
#: Seconds at which the lesson cuts "at once", "a moment" and "long", and how far from them to stay.
LIMITS, MARGIN = (0.1, 10.0), 1.4
WAYS = [
    "batch", "streaming", "message broker", "real time", "real time, look-up",
    "function, cold", "function, warm", "edge",
]  # fmt: skip


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.read_csv(TABLE, comment="#", index_col="way")


def shaken(table: pd.DataFrame) -> list[str]:
    """The lesson's sentences that the table does not carry."""
    wait, fresh, cpu = table["wait_p95_ms"] / 1000, table["fresh_s"], table["cpu_s_per_million"]
    below, above = LIMITS[0] / MARGIN, LIMITS[0] * MARGIN
    at_once, cold = [way for way in WAYS if way != "function, cold"], wait["function, cold"]
    sentences = {
        "all but a cold function answer at once": (wait[at_once] < below).all(),
        "a cold function takes a moment": above < cold < LIMITS[1] / MARGIN,
        "micro-batches take a moment": 2 * above < fresh["streaming"] < LIMITS[1] / MARGIN,
        "the broker is fresh at once": 0 < fresh["message broker"] < below,
        "a batch is ready in minutes": 0 < fresh["batch"] < 600,
        "elsewhere the question says what is fresh": (fresh[WAYS[3:]] == 0).all(),
        "one by one costs ten times as much": cpu["real time"] > 10 * MARGIN * cpu["batch"],
        "an event costs more than an answer": (cpu[WAYS[1:3]] > MARGIN * cpu["real time"]).all(),
        "a cold start costs a hundred warm answers": cpu[WAYS[5]] > 100 * MARGIN * cpu[WAYS[6]],
    }
    return [sentence for sentence, holds in sentences.items() if not holds]


def test_the_lesson_follows_from_the_table(table: pd.DataFrame) -> None:
    assert list(table.index) == WAYS
    assert TABLE.read_text().startswith("# Measured by benchmarks/paradigms.py on ")
    assert shaken(table) == []


@pytest.mark.parametrize(
    ("way", "column", "value", "said"),
    [
        ("batch", "wait_p95_ms", 90, "all but a cold function"),
        ("function, cold", "wait_p95_ms", 120, "a cold function takes"),
        ("streaming", "fresh_s", 0.2, "micro-batches"),
        ("streaming", "fresh_s", 8, "micro-batches"),
        ("message broker", "fresh_s", 0.3, "the broker"),
        ("batch", "fresh_s", 3600, "a batch is ready"),
        ("edge", "fresh_s", 1, "elsewhere"),
        ("real time", "cpu_s_per_million", 1, "one by one"),
        ("message broker", "cpu_s_per_million", 600, "an event"),
        ("function, cold", "cpu_s_per_million", 1, "a cold start"),
    ],
)
def test_a_figure_that_does_not_carry_its_sentence_is_noticed(
    table: pd.DataFrame, way: str, column: str, value: float, said: str
) -> None:
    table.loc[way, column] = value
    (sentence,) = shaken(table)
    assert sentence.startswith(said)


def test_the_lesson_on_drift_follows_from_its_tables() -> None:
    measured, power = (
        pd.read_csv(TABLE.with_name(name)) for name in ("drift.csv", "drift_power.csv")
    )
    shares = measured.query("measure == 'alarms'").pivot(
        index="detector", columns="scenario", values="value"
    )
    older = shares["backfilled_column"]
    assert older["Classifier"] > 0.8
    assert older["Kolmogorov-Smirnov"] > 0.5
    others = shares.drop(columns=["none", "none, events", "backfilled_column", "time_zone_shift"])
    seen = (others.sub(older, axis=0).round(2) >= 0.5).sum(axis=1)
    assert seen.drop(["Jensen-Shannon", "PSI"]).max() < seen["PSI"] <= seen["Jensen-Shannon"]
    (more,) = measured.query("measure == 'alarms_of_more_windows'")["value"]
    assert 0.04 < more < 0.063
    # What is seen of it depends on an incident's size and on the rows, for each detector otherwise.
    usual = alarms_at(power, "nothing", 0)
    noticed = [
        (alarms_at(power, "price_rise", size) - usual).round(2) >= 0.5 for size in (0.02, 0.05, 0.1)
    ]
    assert [int(one.sum()) for one in noticed[:2]] == [0, 5]
    blind = {"MMD", "LSDD", "ADWIN", "Classifier uncertainty", "Black-box shift"}
    assert not blind & set(noticed[2][noticed[2]].index)
    sizes = {"missing_block": (0.01, 0.02, 0.05), "new_gender_categories": (0.3, 0.6, 1.0)}
    chi = {k: [alarms_at(power, k, one)["Chi-squared"] for one in of] for k, of in sizes.items()}
    assert chi["missing_block"] == [0.3, 1, 1]
    assert chi["new_gender_categories"] == [0.25, 0.65, 1]
    assert usual["Classifier"] == 0.6
    few, many = (alarms_at(power, "nothing", 0, rows) for rows in (250, 3000))
    assert (few["PSI"], few["Jensen-Shannon"]) == (0.9, 1)
    assert many["Kolmogorov-Smirnov"] == many["Classifier"] == 1


def alarms_at(
    power: pd.DataFrame, incident: str, size: float, rows: int = 1000
) -> "pd.Series[float]":
    """Shares of windows with an alarm, by detector."""
    those = (power["incident"] == incident) & (power["size"] == size) & (power["rows"] == rows)
    return power[those].set_index("detector")["share"]


def test_the_lesson_on_the_service_says_what_its_table_shows() -> None:
    """07_running_the_service: thirteen to fifteen times the requests, seven to nine times the wait."""
    table = pd.read_csv(TABLE.with_name("serving.csv"), comment="#")
    looked_up = table[table["look_up"] == "yes"].set_index(["clients", "server"])
    rates, waits = looked_up["requests_per_s"].unstack(), looked_up["p50_ms"].unstack()
    ratio = rates["our service"] / rates["mlflow models serve"]
    assert [round(ratio[1]), round(ratio[8])] == [13, 15]
    grown = waits.T[8] / waits.T[1]
    assert grown.round().between(7, 9).all()
    assert (table["failed"] == 0).all()
