"""Scenario files: they load, they are complete, and a bad one is refused with one sentence."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from churn.simulator.incidents import KINDS, Incident
from churn.simulator.scenario import (
    Scenario,
    ScenarioError,
    datasets_dir,
    load_scenario,
    save_scenario,
    scenario_names,
)


@pytest.mark.parametrize("name", scenario_names())
def test_every_file_loads_and_differs_from_the_baseline_by_its_incident_alone(name: str) -> None:
    scenario, baseline = load_scenario(name), load_scenario("baseline")
    assert scenario.name == name
    same = {"name": name, "description": baseline.description, "incidents": ()}
    assert scenario.model_copy(update=same) == baseline.model_copy(update={"name": name})
    assert [incident.kind for incident in scenario.incidents] == (
        [] if name == "baseline" else [name]
    )


def test_every_kind_has_a_file() -> None:
    assert len(KINDS) == 16
    assert scenario_names() == sorted([*KINDS, "baseline"])


@pytest.mark.parametrize("name", scenario_names())
def test_every_file_explains_itself(name: str) -> None:
    text = (datasets_dir() / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    scenario = load_scenario(name)
    assert scenario.description
    assert all(incident.note for incident in scenario.incidents)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_on_histories_names_every_kind(kind: str) -> None:
    page = (datasets_dir() / "scenarios" / "README.md").read_text(encoding="utf-8")
    assert f"| `{kind}` |" in page


def test_a_saved_scenario_is_the_same_scenario(tmp_path: Path) -> None:
    for name in ("baseline", "time_zone_shift"):
        scenario = load_scenario(name)
        assert load_scenario(save_scenario(scenario, tmp_path / "copy.yaml")) == scenario


def test_an_incident_fills_in_what_its_kind_implies() -> None:
    incident = Incident(kind="unit_change_to_cents", date=dt.date(2024, 5, 1))
    assert (incident.column, incident.size) == ("MonthlyCharges", 100)
    assert incident.acts_on(dt.date(2024, 5, 1))
    assert not incident.acts_on(dt.date(2024, 4, 30))


def test_an_incident_can_end() -> None:
    incident = Incident(kind="missing_block", date=dt.date(2024, 5, 1), until=dt.date(2024, 7, 1))
    days = [dt.date(2024, month, 1) for month in (4, 5, 6, 7)]
    assert [incident.acts_on(day) for day in days] == [False, True, True, False]


BAD = [
    ("months: 0", "months: "),
    ("nonsense: 1", "nonsense: Extra inputs are not permitted"),
    ("seed: -1", "seed: "),
    ("start: 2024-01-15", "start must be the first day of a month"),
    ("incidents: [{kind: earthquake, date: 2024-05-01}]", "unknown kind 'earthquake'"),
    ("incidents: [{kind: price_rise}]", "incidents.0.date: Field required"),
    ("incidents: [{kind: price_rise, date: 2024-05-02}]", "first day of one"),
    ("incidents: [{kind: price_rise, date: 2024-01-01}]", "on or after 2024-02-01"),
    ("incidents: [{kind: price_rise, date: 2026-01-01}]", "before 2026-01-01"),
    ("incidents: [{kind: price_rise, date: 2024-05-01, size: 0}]", "not be 0"),
    ("incidents: [{kind: price_rise, date: 2024-05-01, size: 7}]", "between 0.01 and 1"),
    ("incidents: [{kind: price_rise, date: 2024-05-01, column: tenure}]", "not on 'tenure'"),
    ("incidents: [{kind: stale_feed, date: 2024-05-01, size: 1.5}]", "whole number"),
    (
        "incidents: [{kind: missing_block, date: 2024-05-01, until: 2024-05-01}]",
        "not after its start",
    ),
    ("incidents: [{kind: price_rise, date: 2024-05-01, until: 2024-06-01}]", "no end date"),
    (
        "price_changes: [{date: 2024-05-01, component: Telegraph, amount: 1}]",
        "'Telegraph' is not on the price list",
    ),
    ("price_changes: [{date: 2024-05-01, component: DSL, amount: 0.99}]", "multiple of 0.05"),
    ("price_changes: [{date: 2024-05-01, component: DSL, amount: -25}]", "free or worse"),
    ("price_changes: [{date: 2024-05-03, component: DSL, amount: 1}]", "first day of a month"),
    ("price_changes: [{date: 2024-01-01, component: DSL, amount: 1}]", "price change on"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_file_gets_one_sentence(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"name: bad\n{line}\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    text = str(caught.value)
    assert text.startswith("bad.yaml")
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("content", "message"),
    [("a: [", "not valid YAML"), ("- 1", "settings by name"), ("", "settings by name")],
)
def test_what_is_no_scenario_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(ScenarioError, match=message) as caught:
        load_scenario(path)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"no scenario file nowhere\.yaml; .*baseline"):
        load_scenario("nowhere")


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").mkdir()
    mine = Scenario(name="mine", months=3)
    (tmp_path / "scenarios" / "mine.yaml").write_text(yaml.safe_dump({"name": "mine", "months": 3}))
    monkeypatch.setenv("CHURN_DATASETS", str(tmp_path))
    assert scenario_names() == ["mine"]
    assert load_scenario("mine") == mine
    monkeypatch.setenv("CHURN_DATASETS", str(tmp_path / "scenarios"))
    with pytest.raises(ScenarioError, match="set CHURN_DATASETS"):
        datasets_dir()
