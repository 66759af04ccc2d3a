"""Each drill can be solved from its tables alone, and is judged part by part."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from typer.testing import Result

from churn.simulator import KINDS
from coursekit.incidents import drills, evidence, planting, scoring
from coursekit.incidents.stories import ANSWERS, LIKE, NOTHING, REMEDIES, STORIES, columns
from coursekit.incidents.vault import Vault
from detective import answers

Command = Callable[..., Result]
TRUTH = {"kind": "stale_feed", "column": "TotalCharges", "date": "2025-03-01", "size": 4}


def test_every_kind_of_the_simulator_has_a_drill_and_a_story() -> None:
    assert set(ANSWERS) == {*KINDS, NOTHING} == set(STORIES)
    assert len(drills.NAMES) == len(ANSWERS) >= 16
    for kind, story in STORIES.items():
        assert story.best, kind
        assert {*story.best, *story.fair} <= set(REMEDIES), kind
        assert set(story.columns) <= set(columns()), kind
    assert set().union(*LIKE) <= set(KINDS)


def test_the_sealed_set_holds_each_kind_once(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    kinds = [drills._drawn(name, vault)["truth"]["kind"] for name in drills.NAMES]
    assert sorted(kinds) == sorted(ANSWERS)


@pytest.mark.parametrize("kind", ANSWERS)
def test_it_can_be_found_out_from_the_tables_alone(kind: str) -> None:
    ((found, truth),) = answers(kind, range(1, 2))
    parts = scoring.score(
        scoring.parse(
            ", ".join((*found, STORIES[kind].best[0])) if found[0] != NOTHING else NOTHING
        ),
        truth,
    )
    assert sum(part.points for part in parts) == 100, (found, truth)


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("stale_feed, TotalCharges, 2025-03, redeliver", (40, 20, 20, 20)),
        ("stale_feed, TotalCharges, 2025-03-31, drop_column", (40, 20, 20, 10)),
        ("missing_block, TotalCharges, 2025-04, redeliver", (20, 20, 10, 20)),
        ("price_rise, MonthlyCharges, 2025-05, retrain", (0, 0, 0, 0)),
        ("nothing", (0, 0, 0, 0)),
    ],
)
def test_points_by_part(answer: str, points: tuple[int, ...]) -> None:
    assert tuple(p.points for p in scoring.score(scoring.parse(answer), TRUTH)) == points


@pytest.mark.parametrize(
    ("date", "points"),
    [
        ("2025-03-17", 20),
        ("2025-03-15", 20),
        ("2025-03-19", 20),
        ("2025-03-14", 10),
        ("2025-03-20", 10),
        ("2025-03-12", 10),
        ("2025-03", 10),
        ("2025-04-30", 10),
        ("2025-05-01", 0),
        ("2025-01-31", 0),
        ("2024-03-17", 0),
    ],
)
def test_a_day_where_the_day_can_be_seen(date: str, points: int) -> None:
    truth = {"kind": "time_zone_shift", "column": "occurred_at", "date": "2025-03-17", "size": 2}
    answer = scoring.parse(f"time_zone_shift, occurred_at, {date}, convert")
    assert {p.name: p.points for p in scoring.score(answer, truth)}["date"] == points


def test_where_nothing_happened() -> None:
    truth = {"kind": NOTHING, "column": "", "date": "", "size": 0}
    assert sum(p.points for p in scoring.score(scoring.parse("nothing"), truth)) == 100
    noise = scoring.parse("price_rise, MonthlyCharges, 2025-05, retrain")
    assert sum(p.points for p in scoring.score(noise, truth)) == 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("stale_fed, TotalCharges, 2025-03, redeliver", "is stale_feed meant"),
        ("stale_feed, Totals, 2025-03, redeliver", "no column Totals"),
        ("stale_feed, TotalCharges, March, redeliver", "March is no date"),
        ("stale_feed, TotalCharges, 2025-03, pray", "no remedy pray"),
        ("stale_feed, TotalCharges", "has four parts"),
        ("nothing, TotalCharges, 2025-03, redeliver", '"nothing" alone'),
    ],
)
def test_what_cannot_be_meant_gets_one_sentence(answer: str, said: str) -> None:
    with pytest.raises(scoring.AnswerError, match=said):
        scoring.parse(answer)


def test_from_the_list_to_the_story(
    vault: Vault, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("coursecli.incident.course_folder", lambda: tmp_path)
    assert command("incident").output.count("sealed") == len(drills.NAMES)
    assert "open it with" in command("incident", "amber", "--answer", "nothing").output

    said = command("incident", "amber").output
    assert said == "✔ Opened: my_notebooks/incidents/amber.ipynb\n"
    assert "as you left it" in command("incident", "amber").output
    seen = evidence.open_evidence("amber")
    assert seen.after["as_of"].nunique() == planting.MONTHS
    assert seen.before["as_of"].nunique() == planting.BEFORE

    record = vault.unseal("amber")
    assert record is not None
    truth = record["truth"]
    remedy = STORIES[truth["kind"]].best[0]
    right = f"{truth['kind']}, {truth['column']}, {truth['date']}, {remedy}"
    told = command("incident", "amber", "--answer", NOTHING if truth["kind"] == NOTHING else right)
    assert "100 of 100 points" in told.output
    assert STORIES[truth["kind"]].told in told.output
    assert f"100 of 100  {truth['kind']}" in command("incident").output
    again = command("incident", "amber", "--answer", "nothing")
    assert (again.exit_code, "closed with 100" in again.output) == (1, True)


def test_a_seed_makes_one_more_drill(
    vault: Vault, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("coursecli.incident.course_folder", lambda: tmp_path)
    made = command("incident", "--new", "5")
    assert made.exit_code == 0
    assert made.output == "✔ Opened: my_notebooks/incidents/new-5.ipynb\n"
    seen = evidence.open_evidence("new-5")
    assert seen.after["as_of"].nunique() == planting.MONTHS
    # The same seed is the same drill, and it is listed behind the sealed ones.
    assert "as you left it" in command("incident", "--new", "5").output
    listed = command("incident").output.splitlines()
    assert listed[len(drills.NAMES)].split() == ["new-5", "open"]

    record = vault.unseal("new-5")
    assert record is not None
    truth = record["truth"]
    remedy = STORIES[truth["kind"]].best[0]
    right = f"{truth['kind']}, {truth['column']}, {truth['date']}, {remedy}"
    answer = NOTHING if truth["kind"] == NOTHING else right
    assert "100 of 100 points" in command("incident", "new-5", "--answer", answer).output


def test_words_that_make_no_drill(
    vault: Vault, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("coursecli.incident.course_folder", lambda: tmp_path)
    for words, said in (
        (["../secret"], "There is no drill"),
        (["new-x"], "There is no drill"),
        (["--new", "-1"], "whole number from 0"),
        (["amber", "--new", "1"], "not both"),
        (["--answer", "nothing"], "Name the drill"),
    ):
        result = command("incident", *words)
        assert (result.exit_code, said in result.output) == (1, True), result.output
    assert not list(tmp_path.rglob("*.sealed"))


def test_the_notebook_hands_in_what_the_learner_wrote(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FileNotFoundError, match="course incident amber"):
        evidence.open_evidence("amber")
    cells = {cell.id: cell.source for cell in drills.notebook("amber").cells}
    nbformat.validate(drills.notebook("amber"))
    drills.open_drill("amber", vault)
    # As it stands in a fresh notebook: it is no answer, and does not count.
    exec(cells["setup"] + "\n" + cells["look"] + "\n" + cells["hand-in"], {})
    assert "There is no kind kind" in capsys.readouterr().out
    exec(
        cells["setup"]
        + "\n"
        + cells["hand-in"].replace('kind, column, date, remedy"\n', 'nothing"\n'),
        {},
    )
    assert "of 100 points" in capsys.readouterr().out


def test_sizes_are_those_that_the_simulator_takes() -> None:
    for kind in KINDS:
        for seed in range(20):
            (incident,) = planting.plant(kind, np.random.default_rng(seed)).incidents
            assert incident.size >= KINDS[kind].low
