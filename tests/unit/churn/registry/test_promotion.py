"""The champion moves as a whole, with a passed gate and a record."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from churn.registry.gates import CRITERIA
from churn.registry.promotion import (
    CHALLENGER,
    CHAMPION,
    DECISION,
    SIGNED,
    Promotion,
    PromotionError,
)
from churn.registry.supply_chain import signing
from desks import aliases, decision, everything, folder_of, judge, promote, source_of


def test_champions_follow_each_other_and_come_back(desk: Promotion, tmp_path: Path) -> None:
    assert aliases(desk) == (None, None, None)
    desk.record("1", decision(folder_of(tmp_path, 1)))
    assert aliases(desk) == (None, None, "1")
    desk.promote("1", "Ada", "the first")
    assert aliases(desk) == ("1", None, None)
    promote(desk, tmp_path, 2)
    promote(desk, tmp_path, 3)
    assert aliases(desk) == ("3", "2", None)
    desk.rollback("Bo", "complaints")
    assert aliases(desk) == ("2", "1", None)
    desk.rollback("Bo", "more complaints")
    assert aliases(desk) == ("1", None, None)
    with pytest.raises(PromotionError, match="no way back"):
        desk.rollback("Bo", "still more")
    made = [(r.number, r.action, r.version, r.replaced, r.who, r.state) for r in desk.audit()]
    assert made == [
        (1, "promote", "1", None, "Ada", "done"),
        (2, "promote", "2", "1", "Ada", "done"),
        (3, "promote", "3", "2", "Ada", "done"),
        (4, "rollback", "2", "3", "Bo", "done"),
        (5, "rollback", "1", "2", "Bo", "done"),
    ]
    for version, number in {"1": 5, "2": 4, "3": 3}.items():
        last = desk.made_champion(version)
        assert last is not None
        assert last.number == number


def test_a_record_says_on_what_grounds(desk: Promotion, tmp_path: Path) -> None:
    promote(desk, tmp_path, 1)
    (record,) = desk.audit()
    assert (record.data_version, record.code_version) == ("2e", "3d")
    assert (record.why, record.when) == ("better in April", "2025-06-01T12:00:00+00:00")
    assert record.evidence == {name: {"figure": 1.0} for name in CRITERIA}


def test_what_has_not_passed_is_refused(desk: Promotion, tmp_path: Path) -> None:
    promote(desk, tmp_path, 1)

    def refused(version: str, words: str) -> None:
        before = everything(desk)
        with pytest.raises(PromotionError, match=words):
            desk.promote(version, "Ada", "why not")
        assert everything(desk) == before

    refused("2", "has not been through the gate")
    judge(desk, tmp_path, 2, refuse="money")
    assert desk.version_of(CHALLENGER) is None
    refused("2", "the gate refused version 2")
    good = json.loads(decision(folder_of(tmp_path, 2), against="1").to_json())
    asked = good["verdicts"]
    for forged, words in {
        "{": "no readable decision",
        "null": "no readable decision",
        json.dumps(good | {"verdicts": None}): "no readable decision",
        json.dumps(good | {"verdicts": [{**asked[0], "evidence": {}}, *asked[1:]]}): "no readable",
        json.dumps(good | {"verdicts": [{**asked[0], "passed": "yes"}, *asked[1:]]}): "refused",
        json.dumps(good | {"verdicts": asked[1:]}): "the gate refused",
        json.dumps(good | {"digest": ""}): "the gate refused",
        json.dumps(good | {"compared_with": 1}): "no readable decision",
        json.dumps({k: v for k, v in good.items() if k != "compared_with"}): "no readable",
        json.dumps(good | {"verdicts": asked[1:], "required": good["required"][1:]}): "did not ask",
    }.items():
        desk.client.set_model_version_tag("churn", "2", "gate.decision", forged)
        refused("2", words)
    refused("1", "is the champion already")
    refused("9", "has no version 9")
    assert len(desk.audit()) == 1


def test_a_decision_is_about_the_files_of_its_version(desk: Promotion, tmp_path: Path) -> None:
    with pytest.raises(PromotionError, match="judged other files"):
        desk.record("2", decision(folder_of(tmp_path, 1)))
    desk.record("2", decision(folder_of(tmp_path, 2)))
    source = source_of(desk.client, "2")
    (source / "weights.txt").write_text("other")
    with pytest.raises(PromotionError, match="are not those that were judged"):
        desk.promote("2", "Ada", "better")
    (source / "weights.txt").unlink()
    with pytest.raises(PromotionError, match="cannot be read"):
        desk.promote("2", "Ada", "better")
    assert desk.version_of(CHAMPION) is None


@pytest.mark.parametrize(("who", "why"), [("", "better"), ("Ada", " ")])
def test_somebody_answers_for_it(desk: Promotion, tmp_path: Path, who: str, why: str) -> None:
    promote(desk, tmp_path, 1)
    promote(desk, tmp_path, 2)
    judge(desk, tmp_path, 1)
    before = everything(desk)
    with pytest.raises(PromotionError, match="say who promotes, and why"):
        desk.promote("1", who, why)
    with pytest.raises(PromotionError, match="say who promotes, and why"):
        desk.rollback(who, why)
    assert everything(desk) == before
    assert desk.rollback("Bo", "complaints").version == "1"


def test_a_second_person_approves_where_that_is_asked_for(desk: Promotion, tmp_path: Path) -> None:
    promote(desk, tmp_path, 1)
    strict = replace(desk, second_person=True)

    def refused(words: str, who: str = "Ada") -> None:
        with pytest.raises(PromotionError, match=words):
            strict.promote("2", who, "better")
        assert desk.version_of(CHAMPION) == "1"

    with pytest.raises(PromotionError, match="has not been through the gate"):
        strict.approve("2", "Bo")
    judge(strict, tmp_path, 2)
    refused("nobody has approved version 2")
    with pytest.raises(PromotionError, match="say who approves"):
        strict.approve("2", " ")
    strict.approve("2", "ada ")
    refused("Ada promotes version 2: somebody else approves")
    strict.approve("2", "Bo")
    refused("somebody else approves", who="bo")
    assert strict.promote("2", "Ada", "better").approved_by == "Bo"
    assert [record.approved_by for record in desk.audit()] == [None, "Bo"]
    # A rollback is urgent, and goes to a version that served before.
    assert strict.rollback("Ada", "complaints").approved_by is None


def test_a_decision_counts_if_the_gate_signed_it_where_that_is_asked_for(
    desk: Promotion, tmp_path: Path
) -> None:
    keys = {}
    for whose in ("gate", "somebody"):
        (tmp_path / whose).mkdir()
        keys[whose] = signing.make_keys(tmp_path / whose)
    private, public = keys["gate"]
    strict = replace(desk, gate_key=public)
    against = {1: None, 2: "1"}
    judged = {n: decision(folder_of(tmp_path, n), against=a) for n, a in against.items()}

    def tag(version: str, key: str, text: str) -> None:
        desk.client.set_model_version_tag("churn", version, key, text)

    def signature(version: str) -> str:
        return str(desk.client.get_model_version("churn", version).tags[SIGNED])

    def refused(words: str = "the gate has not signed this decision on version 2") -> None:
        with pytest.raises(PromotionError, match=words):
            strict.promote("2", "Ada", "better")
        assert strict.version_of(CHAMPION) == "1"

    with pytest.raises(PromotionError, match="give the private key of the gate"):
        strict.record("1", judged[1])
    strict.record("1", judged[1], private)
    strict.promote("1", "Ada", "the first")
    tag("2", DECISION, judged[2].to_json())
    refused()
    strict.record("2", judged[2], keys["somebody"][0])
    refused()
    tag("2", SIGNED, signature("1"))
    refused()
    strict.record("2", judged[2], private)
    real = signature("2")
    tag("2", DECISION, judged[2].to_json().replace("1.0", "2.0", 1))
    refused()
    # What the gate said of the model before there was a champion is not said against this one.
    tag("2", DECISION, replace(judged[2], compared_with=None).to_json())
    refused()
    tag("2", DECISION, judged[2].to_json())
    assert signature("2") == real
    strict.promote("2", "Ada", "better")
    # A rollback, too, rests on what the gate signed, which stands in the record of the promotion.
    genuine = desk.client.get_model_version("churn", "1").tags["audit.0001"]
    tag("1", "audit.0001", json.dumps(json.loads(genuine) | {"signature": real}))
    with pytest.raises(PromotionError, match="has not signed this decision on version 1"):
        strict.rollback("Ada", "complaints")
    tag("1", "audit.0001", genuine)
    assert strict.rollback("Ada", "complaints").version == "1"


def test_a_decision_is_signed_for_one_version_of_one_model(desk: Promotion, tmp_path: Path) -> None:
    private, public = signing.make_keys(tmp_path)
    ours = replace(desk, gate_key=public)
    ours.record("1", decision(folder_of(tmp_path, 1)), private)
    signed = desk.client.get_model_version("churn", "1")
    # The same files once more, and under another name, with what the gate said of the first.
    desk.client.create_registered_model("other")
    for name, version in (("churn", "5"), ("other", "1")):
        made = desk.client.create_model_version(name, str(signed.source))
        assert str(made.version) == version
        for tag in (DECISION, SIGNED):
            desk.client.set_model_version_tag(name, version, tag, signed.tags[tag])
        with pytest.raises(
            PromotionError, match=f"has not signed this decision on version {version}"
        ):
            replace(ours, name=name).promote(version, "Ada", "better")
    ours.promote("1", "Ada", "better")


def test_an_approval_is_of_these_files_against_this_champion(
    desk: Promotion, tmp_path: Path
) -> None:
    strict = replace(desk, second_person=True)
    for number in (1, 2):
        judge(strict, tmp_path, number)
        strict.approve(str(number), "Bo")
    strict.promote("1", "Ada", "the first")
    judge(strict, tmp_path, 2)  # judged again, not approved again
    with pytest.raises(PromotionError, match="was given before something changed"):
        strict.promote("2", "Ada", "better")
    strict.approve("2", "Bo")
    good = json.loads(desk.client.get_model_version("churn", "2").tags["promotion.approval"])
    files = decision(folder_of(tmp_path, 2), against="1").digest
    assert good == {"who": "Bo", "champion": "1", "digest": files}
    for forged, words in {
        "{": "no readable approval",
        "[]": "no readable approval",
        json.dumps({"who": "Bo"}): "before something changed",
        json.dumps({"champion": "1"}): "no readable approval",
        json.dumps(good | {"digest": "0"}): "before something changed",
        json.dumps(good | {"who": " "}): "somebody else approves",
    }.items():
        desk.client.set_model_version_tag("churn", "2", "promotion.approval", forged)
        with pytest.raises(PromotionError, match=words):
            strict.promote("2", "Ada", "better")
    assert desk.version_of(CHAMPION) == "1"


def test_a_decision_against_a_former_champion_is_not_enough(
    desk: Promotion, tmp_path: Path
) -> None:
    promote(desk, tmp_path, 1)
    for number in (2, 3):
        judge(desk, tmp_path, number)
    late = decision(folder_of(tmp_path, 4), against="1")
    desk.promote("2", "Ada", "better")
    before, words = everything(desk), "with champion 1, but it is 2 now: judge it again"
    with pytest.raises(PromotionError, match=f"version 3 {words}"):
        desk.promote("3", "Bo", "better")
    # The gate asked for minutes, and meanwhile another became the champion: nothing is recorded.
    with pytest.raises(PromotionError, match=f"version 4 {words}"):
        desk.record("4", late)
    with pytest.raises(PromotionError, match="version 4 with champion none, but it is 2 now"):
        desk.record("4", replace(late, compared_with=None))
    assert everything(desk) == before


def test_whoever_writes_while_another_does_is_told_to_wait(desk: Promotion, tmp_path: Path) -> None:
    for number in (1, 2):
        promote(desk, tmp_path, number)
    judge(desk, tmp_path, 3)
    before = everything(desk)
    calls: dict[str, Callable[[], object]] = {
        "record": lambda: judge(desk, tmp_path, 4),
        "approve": lambda: desk.approve("3", "Bo"),
        "promote": lambda: desk.promote("3", "Ada", "better"),
        "rollback": lambda: desk.rollback("Ada", "complaints"),
        "settle": desk.settle,
    }
    with FileLock(tmp_path / "churn.lock"):
        for call in calls.values():
            with pytest.raises(PromotionError, match="of churn is under way"):
                call()
    assert everything(desk) == before
    # Another model has a champion of its own: nobody waits for this one.
    with FileLock(tmp_path / "other.lock"):
        for call in calls.values():
            call()


def test_of_two_promotions_at_once_one_wins(desk: Promotion, tmp_path: Path) -> None:
    promote(desk, tmp_path, 1)
    for number in (2, 3):
        judge(desk, tmp_path, number)
    start, said = threading.Barrier(2), []

    def attempt(version: str) -> None:
        start.wait()
        try:
            desk.promote(version, "Ada", "better")
            said.append(version)
        except PromotionError as error:
            said.append(str(error))

    threads = [threading.Thread(target=attempt, args=(version,)) for version in "23"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [one for one in said if one in "23"]
    assert desk.version_of(CHAMPION) == winner
    (refusal,) = [one for one in said if one not in "23"]
    assert "under way" in refusal or "judge it again" in refusal
    assert [record.state for record in desk.audit()] == ["done", "done"]
