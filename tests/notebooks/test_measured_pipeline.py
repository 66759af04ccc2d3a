"""What the lessons on orchestrators and on scale say in prose follows from the tables that were measured.

Each sentence is built from its table and must stand in the lesson, with the figure in it. Whoever measures
again sees here which sentences are to be written anew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from churn import cost_curves
from coursekit import paths
from coursekit.authoring.notebooks import read
from coursekit.exercises.orchestrators import TOOLS

MEASURED = paths.course_root() / "datasets/measured"
MODULE = paths.course_root() / "modules/05_pipeline_example"
#: A word for a small number.
WORDS = dict(enumerate(["none", "one", "two", "three", "four", "five", "six", "seven", "eight"]))
#: How much larger than the next a figure must be that is called the largest.
MARGIN = 1.4


def text_of(lesson: str) -> str:
    return "\n".join(cell.source for cell in read(MODULE / f"{lesson}.ipynb").cells)


def orchestrators() -> pd.DataFrame:
    return pd.read_csv(MEASURED / "orchestrators.csv", index_col="tool", keep_default_na=False)


def scaling() -> pd.DataFrame:
    return pd.read_csv(MEASURED / "scaling.csv", comment="#")


def names(which: pd.Series) -> str:
    *most, last = which.index[which]
    return f"{', '.join(most)} and {last}"


def largest(column: pd.Series) -> str:
    """The name of what is the largest by far; else a text that no lesson has."""
    second, first = column.sort_values().iloc[-2:]
    return str(column.idxmax()) if first > MARGIN * second else "nobody by far"


def of_orchestrators(table: pd.DataFrame) -> list[str]:
    start, between = table["start_up"], table["per_job"]
    whole, none = table["lineage"] == 6, table["lineage"] == 0
    others = start.drop(["Airflow", "Dagster"]).round(), between.drop("Metaflow").round(1)
    both = (table["tries_again"] == 1) & (table["run_again"] == 0)
    return [
        f"takes {table['lines'].min()} to {table['lines'].max()} lines",
        f"{largest(start)} took longest to the first job",
        f"{largest(between)} most between two jobs",
        f"{names(table['tries_again'] == 1)} started the killed job again",
        f"After the power cut {names(table['run_again'] == 0)} ran neither",
        f"Airflow about {round(start['Airflow'], -1):.0f}, Dagster about {round(start['Dagster'], -1):.0f}",
        f"the others {others[0].min():.0f} to {others[0].max():.0f}.",
        f"Metaflow about {between['Metaflow']:.1f}, the others between",
        f"{WORDS[int(whole.sum())].capitalize()} stores lead from `retrain` back to `setup`",
        f"{WORDS[int(whole.sum())].capitalize()} of {WORDS[len(table)]} tools' own stores"
        if (whole | none).all() else "each store names all or none",
        "the names of the tools that did both" if both.sum() >= 1 else "none did both",
    ]  # fmt: skip


def of_scaling_out(table: pd.DataFrame) -> list[str]:
    cost = costs(table)
    serial, spark = (cost["models", engine, 1000] for engine in ("serial", "spark"))
    return [f"for {serial:.0f} seconds of a processor or for {spark:.0f}"]


def costs(table: pd.DataFrame) -> pd.Series:
    return table.groupby(["job", "engine", "size"])["cpu_s"].median()


def of_what_scale_costs(table: pd.DataFrame) -> list[str]:
    cost = costs(table)
    known = cost["models"].unstack("engine").loc[:1000]
    curves = {one: cost_curves.fit_affine(known.index, known[one]) for one in known}
    price = pd.Series({name: curve.each for name, curve in curves.items()})
    start = pd.Series({name: curve.start for name, curve in curves.items()})
    checks = {
        pair: [
            cost_curves.check(fit, points.index, points).error
            for fit in (cost_curves.fit_affine, cost_curves.fit_power)
        ]
        for pair in cost.index.droplevel("size").unique()
        if (points := cost[pair][lambda one, job=pair[0]: (job != "models") | (one.index <= 1000)])
        is not None
    }
    affine, power = (np.array([one[kind] for one in checks.values()]) for kind in (0, 1))
    closer = WORDS[int((abs(affine) < abs(power)).sum())]
    many = {
        one: curves[one].at(16_000) / cost["models", one, 16_000] - 1
        for one in ("serial", "joblib")
    }
    rest = known["joblib"].loc[10:]
    mended = (
        cost_curves.fit_affine(rest.index, rest).at(16_000) / cost["models", "joblib", 16_000] - 1
    )
    polars = checks["score", "polars"][0]
    return [
        f"{largest(start).capitalize()} has the highest start, {start.max():.0f} seconds, then Dask with {start['dask']:.0f}",
        f"pays {1000 * price['serial']:.0f} milliseconds for a model"
        if price.idxmin() == "serial" else "somebody is cheaper than the loop",
        "costs more than four times as much" if price["spark"] > 4 * price["serial"] else "less",
        f"too low everywhere, by {-power.max():.0%}"[:-1] + f" to {-power.min():.0%}",
        f"closer in {closer} cases of {WORDS[len(affine)]}",
        f"joblib's by {checks['models', 'joblib'][0]:.0%}",
        f"its curve is {polars:.0%} too high at ten million",
        f"loop's prediction is {-many['serial']:.0%} too low, and joblib's {many['joblib']:.0%} too high",
        f"off by {abs(many['serial']):.0%} and joblib's by {many['joblib']:.0%}, or {abs(mended):.0%} without",
    ]  # fmt: skip


def request_rates() -> pd.DataFrame:
    return pd.read_csv(MEASURED / "request_rates.csv", comment="#")


def of_request_rates(table: pd.DataFrame) -> list[str]:
    middle = table.groupby("asked")[["rate", "cpu_s"]].median()
    each = 1000 * middle["cpu_s"] / middle["rate"]
    far = cost_curves.check(cost_curves.fit_affine, middle["rate"], middle["cpu_s"])
    return [
        f"More: {each[10]:.1f} ms against {each[100]:.1f}.",
        f"{far.error:.0%} too high at the highest",
        f"of the 200 requests that were asked for the machine answered {middle['rate'][200]:.0f}",
        f"cost {each[10]:.1f} ms at ten a second and {each[100]:.1f} ms at a hundred",
    ]


LESSONS: list[tuple[str, Callable[[], pd.DataFrame], Callable[[pd.DataFrame], list[str]]]] = [
    ("09_orchestrators", orchestrators, of_orchestrators),
    ("10_scaling_out", scaling, of_scaling_out),
    ("11_what_scale_costs", scaling, of_what_scale_costs),
    ("11_what_scale_costs", request_rates, of_request_rates),
]


@pytest.mark.parametrize(("lesson", "load", "sentences"), LESSONS)
def test_the_lessons_sentences_follow_from_the_table(
    lesson: str,
    load: Callable[[], pd.DataFrame],
    sentences: Callable[[pd.DataFrame], list[str]],
) -> None:
    text = text_of(lesson)
    assert [one for one in sentences(load()) if one not in text] == []


def test_a_price_of_a_request_that_does_not_fall_is_noticed() -> None:
    table = request_rates()
    table["cpu_s"] = 0.001 * table["rate"]
    text = text_of("11_what_scale_costs")
    assert all(one not in text for one in of_request_rates(table)[:2])


def test_the_table_of_orchestrators_is_of_todays_definitions() -> None:
    table = orchestrators()
    assert list(table.index) == list(TOOLS)
    assert table["lines"].to_dict() == {name: tool.lines for name, tool in TOOLS.items()}
    crons = {name: bool(schedule) for name, schedule in table["schedule"].items()}
    written = {name: "cron" in one.text or "schedule=" in one.text for name, one in TOOLS.items()}
    assert crons == written


@pytest.mark.parametrize(
    ("tool", "column", "value", "said"),
    [
        ("Airflow", "start_up", 20.0, "nobody by far took longest"),
        ("DVC", "per_job", 2.5, "nobody by far most between"),
        ("DVC", "tries_again", 1, "DVC, Metaflow, Airflow and Dagster started"),
        ("Dagster", "run_again", 2, "After the power cut DVC and Metaflow ran"),
        ("MLRun", "lineage", 6, "Five stores"),
        ("MLRun", "lineage", 3, "each store names"),
        ("DVC", "lines", 50, "takes 12 to 50"),
    ],
)
def test_a_tool_that_does_not_carry_its_sentence_is_noticed(
    tool: str, column: str, value: float, said: str
) -> None:
    table = orchestrators()
    table[column] = table[column].astype(object)
    table.loc[tool, column] = value
    table[column] = table[column].infer_objects()
    missing = [one for one in of_orchestrators(table) if one not in text_of("09_orchestrators")]
    assert any(one.startswith(said) for one in missing), missing


@pytest.mark.parametrize(
    ("engine", "factor", "said"),
    [("spark", 0.2, "nobody by far has"), ("serial", 1.2, "pays 6 milliseconds")],
)
def test_an_engine_that_does_not_carry_its_sentence_is_noticed(
    engine: str, factor: float, said: str
) -> None:
    table = scaling()
    table.loc[table["engine"] == engine, "cpu_s"] *= factor
    text = text_of("11_what_scale_costs")
    missing = [one for one in of_what_scale_costs(table) if one not in text]
    assert any(one.lower().startswith(said) for one in missing), missing
    assert any(one not in text_of("10_scaling_out") for one in of_scaling_out(table))
