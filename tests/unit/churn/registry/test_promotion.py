"""The champion moves as a whole, with a passed gate and a record, and comes back in one call."""

import datetime as dt
import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow import MlflowClient

from churn.registry import folders
from churn.registry.audit import Action, AuditRecord, way_back
from churn.registry.gates import CRITERIA, Decision, Verdict
from churn.registry.packaging import register
from churn.registry.promotion import (
    CHALLENGER,
    CHAMPION,
    DECISION,
    PREVIOUS,
    SIGNED,
    Promotion,
    PromotionError,
)
from churn.registry.supply_chain import signing

LINEAGE = {"data_version": "2e", "code_version": "3d", "trained_until": "2025-01-31"}
NOON = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


class Killed(BaseException):
    """Stands for a process that ends here."""


class MortalClient(MlflowClient):
    """A client whose process ends before its n-th write."""

    writes = 0
    dies_at: int | None = None

    def _write(self, name: str, *arguments: Any) -> Any:
        self.writes += 1
        if self.writes == self.dies_at:
            raise Killed
        return getattr(super(), name)(*arguments)

    def set_registered_model_alias(self, *arguments: Any) -> Any:
        return self._write("set_registered_model_alias", *arguments)

    def delete_registered_model_alias(self, *arguments: Any) -> Any:
        return self._write("delete_registered_model_alias", *arguments)

    def set_model_version_tag(self, *arguments: Any) -> Any:
        return self._write("set_model_version_tag", *arguments)


def decision(folder: Path, refuse: str = "", against: str | None = None) -> Decision:
    verdicts = (Verdict(name, name != refuse, "it is so", {"figure": 1.0}) for name in CRITERIA)
    return Decision(tuple(verdicts), tuple(CRITERIA), folders.digest(folder), against)


def judge(desk: Promotion, tmp_path: Path, number: int, refuse: str = "") -> None:
    """The gate has compared a version with the present champion."""
    champion = desk.version_of(CHAMPION)
    desk.record(str(number), decision(_folder(tmp_path, number), refuse, champion))


def everything(desk: Promotion) -> Any:
    """What the registry holds: the tags of each version, and the aliases."""
    versions = desk.client.search_model_versions("name = 'churn'")
    tags = {version.version: dict(version.tags) for version in versions}
    return tags, dict(desk.client.get_registered_model("churn").aliases)


@pytest.fixture
def desk(store: Any, tmp_path: Path) -> Promotion:
    """A registry with four versions; none has been through the gate."""
    client: MlflowClient = store("registry")
    run = client.create_run("1").info.run_id
    for number in range(1, 5):
        _register(client, run, tmp_path, number)
    return Promotion(client, "churn", tmp_path, now=lambda: NOON)


def _folder(tmp_path: Path, number: int) -> Path:
    return tmp_path / f"model-{number}"


def _register(client: MlflowClient, run: str, tmp_path: Path, number: int) -> None:
    folder = _folder(tmp_path, number)
    folder.mkdir()
    (folder / "weights.txt").write_text(str(number))
    run = client.create_run("1").info.run_id
    assert register(client, "churn", folder, run, LINEAGE) == str(number)


def promote(desk: Promotion, tmp_path: Path, number: int) -> None:
    judge(desk, tmp_path, number)
    desk.promote(str(number), "Ada", "better in April")


def aliases(desk: Promotion) -> tuple[str | None, str | None, str | None]:
    champion, previous, challenger = map(desk.version_of, (CHAMPION, PREVIOUS, CHALLENGER))
    return champion, previous, challenger


def test_champions_follow_each_other_and_come_back(desk: Promotion, tmp_path: Path) -> None:
    assert aliases(desk) == (None, None, None)
    desk.record("1", decision(_folder(tmp_path, 1)))
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
    good = json.loads(decision(_folder(tmp_path, 2), against="1").to_json())
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
        desk.record("2", decision(_folder(tmp_path, 1)))
    desk.record("2", decision(_folder(tmp_path, 2)))
    source = Path(str(desk.client.get_model_version("churn", "2").source).removeprefix("file://"))
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
    judged = {n: decision(_folder(tmp_path, n), against=a) for n, a in against.items()}

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
    late = decision(_folder(tmp_path, 4), against="1")
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


def test_of_two_promotions_at_once_one_is_told_to_wait(desk: Promotion, tmp_path: Path) -> None:
    desk.record("1", decision(_folder(tmp_path, 1)))
    with FileLock(tmp_path / "churn.lock"), pytest.raises(PromotionError, match="under way"):
        desk.promote("1", "Bo", "better")
    assert desk.version_of(CHAMPION) is None
    desk.promote("1", "Bo", "better")


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


#: Record, champion, previous, the end of the challenger, and the record once more.
WRITES = {"promote": 5, "rollback": 4}


@pytest.mark.parametrize("action", sorted(WRITES))
def test_killed_anywhere_it_leaves_the_old_champion_or_the_new(
    desk: Promotion, tmp_path: Path, action: str
) -> None:
    for number in (1, 2, 3):
        promote(desk, tmp_path, number)
    judge(desk, tmp_path, 4)
    old, new = ("3", "4") if action == "promote" else ("3", "2")
    below = {"4": ["3", "2", "1"], "3": ["2", "1"], "2": ["1"]}

    def move(dies_at: int | None) -> int:
        """Try the move; how many writes it got to."""
        mortal = MortalClient(desk.client.tracking_uri, desk.client.tracking_uri)
        mortal.dies_at = dies_at
        doomed = Promotion(mortal, "churn", tmp_path, now=lambda: NOON)
        try:
            if action == "promote":
                doomed.promote("4", "Ada", "better")
            else:
                doomed.rollback("Ada", "complaints")
        except Killed:
            return mortal.writes
        assert dies_at is None, f"there is no write {dies_at}"
        return mortal.writes

    # After one write is before the next: what lies on disk is the same.
    for step in range(1, WRITES[action] + 1):
        assert move(step) == step
        champion = desk.version_of(CHAMPION)
        assert champion == (old if step <= 2 else new)
        # The next call settles what was left, and the way back is where it was.
        desk.settle()
        last = desk.audit()[-1]
        if step == 1:
            assert (last.version, last.state) == ("3", "done"), "nothing was written"
        else:
            assert (last.version, last.state) == (new, "abandoned" if step == 2 else "done")
        assert all(record.state != "started" for record in desk.audit())
        assert desk.version_of(CHALLENGER) == (None if champion == "4" else "4")
        assert desk.version_of(PREVIOUS) == below[champion][0]
        assert way_back(champion, desk.audit()) == below[champion][::-1]
        # Put back for the next death.
        if champion == "4":
            assert desk.rollback("Bo", "again").version == "3"
        elif champion == "2":
            promote(desk, tmp_path, 3)
        judge(desk, tmp_path, 4)
    assert move(None) == WRITES[action], "a write was not tried"


def test_a_rollback_in_the_middle_of_a_promotion_that_was_killed_goes_the_right_way(
    desk: Promotion, tmp_path: Path
) -> None:
    for number in (1, 2, 3):
        promote(desk, tmp_path, number)
    judge(desk, tmp_path, 2)
    mortal = MortalClient(desk.client.tracking_uri, desk.client.tracking_uri)
    # It was about to put 2 on 3: had that been noted, the way back from 2 would lead to 3.
    mortal.dies_at = 2
    with pytest.raises(Killed):
        Promotion(mortal, "churn", tmp_path, now=lambda: NOON).promote("2", "Ada", "better")
    assert [desk.rollback("Bo", "complaints").version for _ in range(2)] == ["2", "1"]


def test_rollbacks_never_come_to_the_same_version_twice(desk: Promotion, tmp_path: Path) -> None:
    for number in (1, 2, 3, 2):
        promote(desk, tmp_path, number)
    assert [desk.rollback("Bo", "complaints").version for _ in range(2)] == ["3", "1"]
    with pytest.raises(PromotionError, match="no way back"):
        desk.rollback("Bo", "still more")


def made(number: int, action: Action, version: str, replaced: str | None) -> AuditRecord:
    return AuditRecord(
        number, action, version, replaced, "Ada", "better", NOON.isoformat(), None, None, "", "",
        "done",
    )  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(wanted=st.lists(st.sampled_from(["1", "2", "3", "4", "back"]), max_size=20))
def test_the_way_back_is_a_stack(wanted: list[str]) -> None:
    """Against plain words: the last promotions of what has not been taken out since, each once."""
    records: list[AuditRecord] = []
    champion: str | None = None
    promoted: dict[str, int] = {}
    for number, step in enumerate(wanted):
        if step == "back":
            if not (way := way_back(champion, records)):
                continue
            assert champion is not None
            del promoted[champion]
            records.append(made(number, "rollback", way[-1], champion))
        elif step != champion:
            promoted[step] = number
            records.append(made(number, "promote", step, champion))
        champion = records[-1].version if records else None
        in_order = sorted(promoted, key=promoted.__getitem__)
        assert [*way_back(champion, records), *([champion] if champion else [])] == in_order


def test_past_the_desk_there_is_a_way_back_all_the_same(desk: Promotion, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        promote(desk, tmp_path, number)
    # Somebody moves the alias to what never passed: the desk's last champion is the way back.
    desk.client.set_registered_model_alias("churn", CHAMPION, "4")
    assert desk.rollback("Bo", "not ours").version == "3"
    # And to a former one: from there it goes further back, and what follows lies on it.
    desk.client.set_registered_model_alias("churn", CHAMPION, "2")
    promote(desk, tmp_path, 4)
    assert [desk.rollback("Bo", "complaints").version for _ in range(2)] == ["2", "1"]
    desk.client.delete_registered_model_alias("churn", CHAMPION)
    with pytest.raises(PromotionError, match="churn has no champion"):
        desk.rollback("Bo", "complaints")
    promote(desk, tmp_path, 3)
    with pytest.raises(PromotionError, match="no way back"):
        desk.rollback("Bo", "complaints")


def test_a_rollback_asks_whether_it_passed_when_it_was_promoted(
    desk: Promotion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        promote(desk, tmp_path, number)
    judge(desk, tmp_path, 2, refuse="money")
    monkeypatch.setitem(CRITERIA, "a new criterion", CRITERIA["size"])
    with pytest.raises(PromotionError, match="did not ask version 2 for a new criterion"):
        desk.promote("2", "Ada", "it was good once")
    back = desk.rollback("Bo", "complaints")
    assert (back.version, back.evidence["money"]) == ("2", {"figure": 1.0})
    # Its files are still asked about.
    source = Path(str(desk.client.get_model_version("churn", "1").source).removeprefix("file://"))
    (source / "weights.txt").write_text("other")
    before = everything(desk)
    with pytest.raises(PromotionError, match="the files of version 1 are not those"):
        desk.rollback("Bo", "more complaints")
    assert everything(desk) == before


def test_a_reader_never_misses_the_champion(desk: Promotion, tmp_path: Path) -> None:
    promote(desk, tmp_path, 1)
    ended, seen, failed = threading.Event(), list[str](), list[Exception]()
    reader = MlflowClient(desk.client.tracking_uri, desk.client.tracking_uri)

    def poll() -> None:
        while not ended.is_set():
            try:
                seen.append(str(reader.get_model_version_by_alias("churn", CHAMPION).version))
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=poll)
    thread.start()
    # By readings, not by time: the champion moves as long as the reader has not looked often.
    while True:
        promote(desk, tmp_path, 2)
        desk.rollback("Bo", "again")
        if failed or (len(seen) >= 50 and set(seen) == {"1", "2"}):
            break
    ended.set()
    thread.join()
    assert failed == []
    assert set(seen) == {"1", "2"}
