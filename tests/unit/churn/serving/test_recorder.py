"""A row that was taken is in the store in the end, once, whatever ended when."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql

from churn.serving import evaluation_store
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal, JournalError
from churn.serving.recorder import Recorder
from running_service import row


@pytest.fixture
def store(tmp_path: Path) -> EvaluationStore:
    return EvaluationStore(f"sqlite:///{tmp_path}/evaluation.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def numbers(store: EvaluationStore) -> list[int]:
    return [int(one["prediction_id"]) for one in store.rows()]


def killed(recorder: Recorder) -> None:
    """What the end of its process does to a recorder: its lock and its file are let go."""
    journal = recorder.journal
    journal._close_segment()
    journal._own.release()


def test_a_row_comes_back_as_it_was(folder: Path, store: EvaluationStore) -> None:
    recorder = Recorder(Journal(folder), store)
    rows = [row(1), row(2, reason="store_slow", probability=None, explanation={"log_odds": 0.5})]
    recorder.record(rows)
    assert store.rows() == []  # not on the way of the request
    recorder.move()
    assert store.rows() == rows
    assert store.rows(reason="store_slow") == rows[1:]
    recorder.close()
    assert list(folder.iterdir()) == []


def test_all_rows_are_there_after_the_end(folder: Path, store: EvaluationStore) -> None:
    recorder = Recorder(Journal(folder), store, every=0.001)
    recorder.start()
    for number in range(300):
        recorder.record([row(number)])
    closing = threading.Thread(target=recorder.close)  # the service ends in another thread
    closing.start()
    closing.join()
    assert sorted(numbers(store)) == list(range(300))
    assert recorder.moved == 300
    assert list(folder.iterdir()) == []


def test_what_a_killed_service_left_is_moved_by_the_next(
    folder: Path, store: EvaluationStore
) -> None:
    first = Recorder(Journal(folder), store)
    first.record([row(1), row(2)])
    second = Recorder(Journal(folder), store)
    second.move()
    assert numbers(store) == []  # the first one lives
    killed(first)
    second.record([row(3)])
    second.move()
    assert numbers(store) == [1, 2, 3]
    second.close()
    assert list(folder.iterdir()) == []


def test_half_a_row_was_never_answered(folder: Path, store: EvaluationStore) -> None:
    first = Recorder(Journal(folder), store)
    first.record([row(1)])
    (segment,) = folder.glob("*.jsonl")
    whole = segment.read_bytes()
    killed(first)
    for cut in (1, len(whole) // 2, len(whole) - 1):
        segment.write_bytes(whole + whole[:cut])
        second = Recorder(Journal(folder), store)
        second.move()
        assert numbers(store) == [1]
        assert second.problem is None
        second.close()
        assert list(folder.iterdir()) == []


def test_a_segment_that_is_moved_again_adds_nothing(folder: Path, store: EvaluationStore) -> None:
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    # Its process ended between the commit and the deletion.
    store.add([row(1, probability=0.25)])
    recorder.move()
    assert [one["probability"] for one in store.rows()] == [0.25]
    recorder.close()


def test_rows_wait_while_the_database_is_down(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "not there yet"
    store = EvaluationStore(f"sqlite:///{place}/evaluation.db")
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    recorder.move()
    assert "cannot be written" in (recorder.problem or "")
    recorder.record([row(2)])
    place.mkdir()
    recorder.move()
    assert recorder.problem is None
    assert numbers(store) == [1, 2]
    recorder.close()


def test_rows_outlast_the_end_while_the_database_is_down(
    folder: Path, tmp_path: Path, store: EvaluationStore
) -> None:
    recorder = Recorder(Journal(folder), EvaluationStore(f"sqlite:///{tmp_path}/no/e.db"))
    recorder.record([row(1)])
    recorder.close()
    next_one = Recorder(Journal(folder), store)
    next_one.move()
    assert numbers(store) == [1]
    next_one.close()


def test_a_line_that_cannot_be_read_is_kept_aside(folder: Path, store: EvaluationStore) -> None:
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    recorder.journal.append(b'{"prediction_id": "7"}\nnonsense\n')
    recorder.record([row(2)])
    recorder.move()
    assert numbers(store) == [1, 2]
    assert [path.suffix for path in folder.iterdir() if path.suffix != ".lock"] == [".broken"]
    recorder.close()


def test_a_full_disk_is_said_and_leaves_no_half_row(
    folder: Path, store: EvaluationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, data: write(file, data[:10]))
        with pytest.raises(JournalError, match="cannot be written"):
            recorder.record([row(2)])

        def nothing(file: int, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "no space left on device")

        full.setattr(os, "write", nothing)
        with pytest.raises(JournalError, match="no space left"):
            recorder.record([row(3)])
        assert recorder.journal.problem
    recorder.record([row(4)])
    assert recorder.journal.problem is None
    recorder.move()
    assert numbers(store) == [1, 4]
    recorder.close()


def test_a_number_that_is_no_json_is_not_written(folder: Path, store: EvaluationStore) -> None:
    recorder = Recorder(Journal(folder), store)
    with pytest.raises(ValueError, match="JSON"):
        recorder.record([row(1, probability=float("nan"))])
    recorder.close()
    assert numbers(store) == []


def test_a_segment_that_is_written_to_is_nobodys_to_take(
    folder: Path, store: EvaluationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row comes at the worst moment: after the segment was closed, before they are listed."""
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    glob = Path.glob
    writers: list[threading.Thread] = []

    def late(path: Path, pattern: str) -> Any:
        if not writers:
            writers.append(threading.Thread(target=recorder.record, args=([row(2)],)))
            writers[0].start()
            writers[0].join(0.2)  # it cannot end before the segments are listed
        return glob(path, pattern)

    with monkeypatch.context() as racing:
        racing.setattr(Path, "glob", late)
        segments = recorder.journal.closed()
        first = next(segments)
        writers[0].join()
        assert [first, *segments] == [first]
    (other,) = set(folder.glob("*.jsonl")) - {first}
    assert b"0000000002" in other.read_bytes()
    recorder.close()
    assert numbers(store) == [1, 2]


def test_two_writers_share_a_folder(folder: Path, store: EvaluationStore) -> None:
    pair = [Recorder(Journal(folder), store) for _ in range(2)]
    for number in range(10):
        pair[number % 2].record([row(number)])
    pair[0].move()
    assert numbers(store) == [0, 2, 4, 6, 8]
    pair[1].close()
    assert numbers(store) == list(range(10))
    pair[0].close()
    assert list(folder.iterdir()) == []


def test_only_two_kinds_of_database_are_known() -> None:
    with pytest.raises(ValueError, match="not mysql"):
        EvaluationStore("mysql://localhost/evaluation")
    text = str(evaluation_store.insert(postgresql.dialect()).compile(dialect=postgresql.dialect()))
    assert "ON CONFLICT (prediction_id) DO NOTHING" in text


def test_whoever_moves_now_and_the_thread_do_not_take_the_same_rows(
    folder: Path, store: EvaluationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(Journal(folder), store)
    recorder.record([row(1)])
    inside, go_on, add = threading.Event(), threading.Event(), store.add

    def slow(rows: Any) -> None:
        inside.set()
        go_on.wait(60)
        add(rows)

    monkeypatch.setattr(store, "add", slow)
    by_thread = threading.Thread(target=recorder.move)
    by_thread.start()
    assert inside.wait(60)
    by_hand = threading.Thread(target=recorder.move)
    by_hand.start()
    by_hand.join(0.2)  # without the lock it is inside by now and finds the same segment
    go_on.set()
    by_thread.join()
    by_hand.join()
    assert recorder.problem is None
    assert (recorder.moved, numbers(store)) == (1, [1])
    recorder.close()
