import datetime as dt
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from churn.scoring import Score, ScoreStore, Written
from churn.scoring.store import BatchError

MARCH, APRIL, MAY = (dt.date(2025, month, 28) for month in (3, 4, 5))


def chunk(start: int = 0, rows: int = 3, p: float = 0.5) -> pd.DataFrame:
    ids = [f"{number:04d}-AAAAA" for number in range(start, start + rows)]
    return pd.DataFrame({"customerID": ids, "probability": p, "contact": p >= 0.24})


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'scores.db'}"


@pytest.fixture
def store(url: str) -> Iterator[ScoreStore]:
    made = ScoreStore(url)
    yield made
    made.close()


def test_a_batch_is_written_in_pieces_and_looked_up(store: ScoreStore) -> None:
    assert store.write("april", APRIL, [chunk(0), chunk(3, p=0.1)]) == Written(6, True)
    assert store.look_up("0001-AAAAA") == Score("april", 0.5, True)
    assert store.look_up("0004-AAAAA") == Score("april", 0.1, False)
    assert store.look_up("9999-ZZZZZ") is None
    assert store.look_up_all(["0004-AAAAA", "9999-ZZZZZ"]).keys() == {"0004-AAAAA"}
    pd.testing.assert_frame_equal(
        store.served(), pd.concat([chunk(0), chunk(3, p=0.1)], ignore_index=True)
    )
    assert store.contacts() == 3


def test_contacts_are_those_of_the_served_batch(store: ScoreStore) -> None:
    assert store.contacts() == 0
    store.write("april", APRIL, [chunk(p=0.5)])
    store.write("may", MAY, [chunk(p=0.1)])
    assert store.contacts() == 0
    store.write("may again", MAY, [chunk(p=0.5, rows=2), chunk(2, p=0.1)])
    assert store.contacts() == 2


def test_a_rerun_writes_nothing(store: ScoreStore) -> None:
    store.write("april", APRIL, [chunk(p=0.5)])
    assert store.write("april", APRIL, [chunk(p=0.9)]) == Written(0, True)
    assert store.look_up("0001-AAAAA") == Score("april", 0.5, True)


def test_the_latest_day_is_served_and_the_newest_of_one_day(store: ScoreStore) -> None:
    store.write("april", APRIL, [chunk()])
    assert store.write("march", MARCH, [chunk()]) == Written(3, False)
    assert store.write("april again", APRIL, [chunk()]) == Written(3, True)
    assert store.batches()["batch"].tolist() == ["april", "april again"]
    assert store.batches()["served"].tolist() == [False, True]
    assert store.write("may", MAY, [chunk()]).served


def test_a_replaced_batch_of_the_same_day_is_served_again(store: ScoreStore) -> None:
    store.write("april", APRIL, [chunk(p=0.1)])
    store.write("april, version 2", APRIL, [chunk(p=0.9)])
    assert store.serve("april")
    assert store.look_up("0001-AAAAA") == Score("april", 0.1, False)
    store.write("may", MAY, [chunk(p=0.5)])
    assert not store.serve("april"), "a later day stays"
    assert store.look_up("0001-AAAAA") == Score("may", 0.5, True)
    with pytest.raises(BatchError, match="no batch june"):
        store.serve("june")


def test_of_many_batches_of_one_day_the_replaced_one_stays_to_go_back_to(store: ScoreStore) -> None:
    for name in ("c", "b", "d", "a"):
        assert store.write(name, APRIL, [chunk()]).served
    assert set(store.batches()["batch"]) == {"d", "a"}
    assert store.serve("d")
    assert store.write("e", APRIL, [chunk()]).served
    assert set(store.batches()["batch"]) == {"d", "e"}


def test_only_so_many_batches_stay(url: str) -> None:
    store = ScoreStore(url, keep=1)
    store.write("march", MARCH, [chunk(0)])
    store.write("april", APRIL, [chunk(100)])
    assert store.batches()["batch"].tolist() == ["april"]
    assert store.look_up("0001-AAAAA") is None
    store.close()


@pytest.mark.parametrize(
    ("chunks", "says"),
    [
        ([], "no rows"),
        ([chunk(), chunk()], "twice"),
        ([chunk().drop(columns="contact")], "lacks"),
        ([chunk(), chunk(3, p=1.1)], "between 0 and 1"),
        ([chunk(), chunk(3, p=float("nan"))], "between 0 and 1"),
    ],
)
def test_a_bad_batch_leaves_the_served_one(
    store: ScoreStore, chunks: list[pd.DataFrame], says: str
) -> None:
    store.write("march", MARCH, [chunk(50)])
    with pytest.raises(BatchError, match=says):
        store.write("april", APRIL, chunks)
    assert store.batches()["batch"].tolist() == ["march"]
    assert store.look_up("0051-AAAAA") is not None
    assert store.look_up("0001-AAAAA") is None


def test_a_reader_during_the_write_sees_the_old_batch_whole(store: ScoreStore, url: str) -> None:
    store.write("march", MARCH, [chunk(0, 4, p=0.1)])
    reader, seen = ScoreStore(url), list[set[float]]()

    def pieces() -> Iterator[pd.DataFrame]:
        for start in (0, 2):
            yield chunk(start, 2, p=0.9)
            seen.append(set(reader.served()["probability"]))

    store.write("april", APRIL, pieces())
    assert seen == [{0.1}, {0.1}]
    assert set(reader.served()["probability"]) == {0.9}
    reader.close()


def _write_and_die(url: str, at: int) -> None:
    def pieces() -> Iterator[pd.DataFrame]:
        for start in range(4):
            if start == at:
                os.kill(os.getpid(), signal.SIGKILL)
            yield chunk(10 * start, 10, p=0.9)

    ScoreStore(url).write("april", APRIL, pieces())


@pytest.mark.needs("posix")
def test_killed_in_the_middle_and_run_again(store: ScoreStore, url: str) -> None:
    store.write("march", MARCH, [chunk(0, 5, p=0.1)])
    fork = multiprocessing.get_context("forkserver")
    for at in (0, 2, 3):
        writer = fork.Process(target=_write_and_die, args=(url, at))
        writer.start()
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        assert set(store.served()["probability"]) == {0.1}
    assert store.write("april", APRIL, [chunk(0, 40, p=0.9)]) == Written(40, True)
    assert len(store.served()) == 40
