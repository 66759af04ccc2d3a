"""Killed anywhere there is a champion, and the way back leads to what it replaced."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow import MlflowClient

from churn.registry.audit import Action, AuditRecord, promotion_of, way_back
from churn.registry.gates import CRITERIA
from churn.registry.promotion import (
    CHALLENGER,
    CHAMPION,
    DECISION,
    PREVIOUS,
    Promotion,
    PromotionError,
)
from desks import (
    NOON,
    Killed,
    MortalClient,
    decision,
    everything,
    folder_of,
    judge,
    promote,
    source_of,
)

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


#: What somebody does next, after version 3 was made the champion by a process that ended at once.
NEXT: dict[str, Callable[[Promotion, Path], object]] = {
    "record": lambda desk, folder: judge(desk, folder, 4),
    "approve": lambda desk, folder: desk.approve("4", "Bo"),
    "promote": lambda desk, folder: desk.promote("4", "Bo", "better"),
    "rollback": lambda desk, folder: desk.rollback("Bo", "complaints"),
}


@pytest.mark.parametrize("call", sorted(NEXT))
def test_the_next_call_settles_first_whichever_it_is(
    desk: Promotion, tmp_path: Path, call: str
) -> None:
    for number in (1, 2):
        promote(desk, tmp_path, number)
    for number in (3, 4):
        judge(desk, tmp_path, number)
    # Against the champion that the killed move will have made; 3 is the challenger again.
    desk.record("4", decision(folder_of(tmp_path, 4), refuse="money", against="2"))
    desk.client.set_registered_model_alias("churn", CHALLENGER, "3")
    mortal = MortalClient(desk.client.tracking_uri, desk.client.tracking_uri)
    mortal.dies_at = 3
    with pytest.raises(Killed):
        Promotion(mortal, "churn", tmp_path, now=lambda: NOON).promote("3", "Ada", "better")
    assert desk.version_of(CHAMPION) == "3"
    assert desk.made_champion("3") is None, "the move is not finished"
    judged = decision(folder_of(tmp_path, 4), against="3").to_json()
    if call in ("approve", "promote"):  # what the gate said meanwhile
        desk.client.set_model_version_tag("churn", "4", DECISION, judged)
    moves = NEXT[call](desk, tmp_path)
    settled = [(r.number, r.version, r.state, r.replaced) for r in desk.audit()]
    assert settled[:3] == [(1, "1", "done", None), (2, "2", "done", "1"), (3, "3", "done", "2")]
    made = desk.made_champion("3")
    assert made is not None
    assert (made.number, made.action) == (3, "promote")
    after = {"promote": ("4", "3"), "rollback": ("2", "1")}.get(call, ("3", "2"))
    assert (desk.version_of(CHAMPION), desk.version_of(PREVIOUS)) == after
    assert desk.version_of(CHALLENGER) == ("4" if call == "record" else None)
    assert isinstance(moves, AuditRecord) == (call in ("promote", "rollback"))


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


def test_the_promotion_of_a_version_is_its_last_one_that_was_finished() -> None:
    records = [
        made(1, "promote", "1", None),
        made(2, "promote", "2", "1"),
        made(3, "rollback", "1", "2"),
        made(4, "promote", "2", "1"),
        made(5, "rollback", "1", "2"),
        replace(made(6, "promote", "2", "1"), state="abandoned"),
        replace(made(7, "promote", "3", "1"), state="started"),
    ]
    assert promotion_of("1", records) == records[0]
    assert promotion_of("2", records) == records[3]
    assert promotion_of("3", records) is None


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
        assert way_back(None, records) == []


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
    source = source_of(desk.client, "1")
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
