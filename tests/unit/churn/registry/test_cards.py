"""Documents show what is tracked, and say of everything else that it is not."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from mlflow import MlflowClient

from churn.registry import cards
from churn.registry.gates import CRITERIA, Decision, Verdict
from churn.registry.packaging import register
from churn.registry.promotion import Promotion

RENDERED: list[tuple[Callable[[cards.Facts], str], Mapping[str, tuple[cards.Field, ...]]]] = [
    (cards.model_card, cards.MODEL_CARD),
    (cards.annex_iv, cards.ANNEX_IV),
]


@pytest.mark.parametrize(("render", "sections"), RENDERED)
def test_without_facts_every_field_says_so(
    render: Callable[[cards.Facts], str], sections: Mapping[str, tuple[cards.Field, ...]]
) -> None:
    labels = [field.label for group in sections.values() for field in group]
    page = render({})
    assert page.count(cards.NOT_TRACKED) == len(labels)
    assert cards.missing(sections, {}) == labels


@pytest.mark.parametrize(("render", "sections"), RENDERED)
def test_each_field_shows_its_facts_and_no_others(
    render: Callable[[cards.Facts], str], sections: Mapping[str, tuple[cards.Field, ...]]
) -> None:
    for group in sections.values():
        for field in group:
            for pattern in field.patterns:
                key = pattern.replace("*", "x")
                page = render({key: "a tracked text", "other.fact": "hidden"})
                line = page.split(f"- **{field.label}**:")[1].split("\n- **")[0]
                assert f"- {key}: `a tracked text`" in line
                assert cards.NOT_TRACKED not in line
                assert "hidden" not in page


def test_a_text_stays_text() -> None:
    page = cards.model_card({"tag.owner": "Ada\n\n# Approved `by` all\n- **Purpose**: none"})
    assert "- tag.owner: `Ada # Approved 'by' all - **Purpose**: none`" in page
    assert page.count("\n# ") == 0


def test_what_is_shown_is_what_the_store_holds(
    store: Callable[[str], MlflowClient], tmp_path: Path
) -> None:
    client = store("registry")
    run = client.create_run("1").info.run_id
    client.log_param(run, "kind", "logistic")
    client.log_metric(run, "valid_roc_auc", 0.84512)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights.txt").write_text("1")
    tags = {"owner": "Ada", "data_version": "2e", "intended_use": " "}
    version = register(client, "churn", folder, run, tags)
    digest = client.get_model_version("churn", version).tags["digest"]
    verdicts = tuple(Verdict(n, True, "better beyond chance", {"lead": 0.02}) for n in CRITERIA)
    desk = Promotion(client, "churn", tmp_path)
    desk.record(version, Decision(verdicts, tuple(CRITERIA), digest))
    desk.promote(version, "Bo", "better in April")
    known = cards.facts(client, "churn", version)
    assert "tag.intended_use" not in known
    page = cards.model_card(known)
    for text in ("`logistic`", "`0.8451`", "`Ada`", f"`{digest}`", "`better beyond chance`"):
        assert text in page
    assert re.search(
        r"audit.0001: `20\S+ · promote · in place of version none · Bo · better in April · done`",
        page,
    )
    for shown in re.findall(r"    - ([^:]+): `(.*)`", page + cards.annex_iv(known)):
        assert " ".join(known[shown[0]].split()) == shown[1]
