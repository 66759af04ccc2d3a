"""Lab 09's release does what the sentences of its task say, on disks that nobody chose.

As in test_lab_solutions.py: each sentence is written anew, another way than the solution has it.
"""

from __future__ import annotations

import copy
from typing import Any

import references
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit.exercises import capstone

LAB = "lab09_capstone"
NOW, NEXT = "2025-04", "2025-05"
FEW = settings(max_examples=250, deadline=None)
Disk = dict[str, Any]

#: Months that a version was watched in, each with its calls and what they brought.
MONTHS = [f"2024-{month:02}" for month in range(8, 13)]
SEEN = st.dictionaries(
    st.sampled_from(MONTHS),
    st.tuples(st.sampled_from([99, 100, 400]), st.sampled_from([-9.0, -9, -5, -1e-9, 0, 0.5])),
    min_size=2,
)


@st.composite
def disks(draw: st.DrawFn) -> Disk:
    """A disk on which no move is under way: version 2 is live, and 0 and 3 have never been."""

    def model(version: int) -> Disk:
        return {"version": version, "shares": draw(st.sampled_from([{}, {"a": 0.1}])), "by": "Ann"}

    disk: Disk = {"champion": model(2), "done": "2025-03"}
    for name, versions in (("candidate", (3, 0, 1, 2)), ("former", (1, 1, 1, 1, 2))):
        which = draw(st.sampled_from(["absent", None, *versions]))
        if which != "absent":
            disk[name] = None if which is None else model(which)
    # Versions 1 and 2 have been live, and stand in the books when they are offered once more.
    books = [{"month": "2024-06", "version": v, "kind": "release"} for v in (1, 2)]
    books.append({"month": "2024-07", "version": 1, "kind": "back"})
    if draw(st.integers(0, 3)) == 0:
        moved = draw(st.sampled_from([(2, "release"), (4, "back")]))
        books.append(dict(zip(("month", "version", "kind"), (NOW, *moved), strict=True)))
        if (disk.get("candidate") or {}).get("version") == moved[0]:
            disk["candidate"] = None
    offered = (disk.get("candidate") or {"version": 3})["version"]
    if offered in (1, 2) or books[-1]["month"] == NOW or draw(st.booleans()):
        disk["releases"] = books
    watched = [
        {"month": month, "version": version, "calls": calls, "worth": worth}
        for version in (1, 2)
        for month, (calls, worth) in draw(SEEN).items()
    ]
    if draw(st.integers(0, 5)):
        disk["watched"] = draw(st.permutations(watched))
    return disk


def release(disk: Disk, month: str = NOW) -> list[Any]:
    """What the solution writes; it leaves its argument as it is."""
    before = copy.deepcopy(disk)
    writes: list[Any] = references.names(LAB)["release"](disk, month)
    assert disk == before
    return writes


def finished(disk: Disk, month: str = NOW) -> Disk:
    return capstone.performed(disk, release(disk, month))


def has_lost_money_twice(disk: Disk) -> bool:
    """No month with at least 100 calls that is later than two losing ones, or between them, is good."""
    own = {w["month"]: w for w in disk.get("watched", []) if w["version"] == 2 and w["calls"] > 99}
    losing = {month for month, one in own.items() if one["worth"] < 0}
    return any(
        first < second and not [m for m in own if m > first and m != second]
        for first in losing
        for second in losing
    )


def move_of(disk: Disk) -> str | None:
    """The kind of the move that the month needs."""
    books = disk.get("releases", [])
    if NOW in {one["month"] for one in books}:
        return None
    former, candidate = disk.get("former"), disk.get("candidate")
    if has_lost_money_twice(disk) and former and former["version"] == 1:
        return "back"
    if candidate and candidate["version"] not in {one["version"] for one in books}:
        return "release"
    return None


@FEW
@given(disks())
def test_a_month_has_the_move_that_it_needs_and_no_other(disk: Disk) -> None:
    kind, after = move_of(disk), finished(disk)
    if kind is None:
        assert release(disk) == []
        return
    moved = {"champion", "releases"} | ({"former", "candidate"} if kind == "release" else set())
    for name in (disk.keys() | after.keys()) - moved:
        assert after[name] == disk[name]
    gone = disk["champion"] if kind == "back" else disk["candidate"]
    assert after["champion"] == disk["former" if kind == "back" else "candidate"]
    entry = {"month": NOW, "version": gone["version"], "kind": kind}
    assert after["releases"] == [*disk.get("releases", []), entry]
    if kind == "release":
        assert (after["former"], after["candidate"]) == (disk["champion"], None)
    assert release(after) == []
    assert release(after | {"candidate": {"version": 9, "shares": {}}}) == []


@FEW
@given(disks())
def test_no_kill_leaves_the_disk_without_a_model_or_without_the_way_back(disk: Disk) -> None:
    after, writes = finished(disk), release(disk)
    for first in range(len(writes) + 1):
        killed = capstone.performed(disk, writes, first)
        again = release(killed)
        for second in range(len(again) + 1):
            found = capstone.performed(killed, again, second)
            assert found["champion"] in (disk["champion"], after["champion"])
            if found["champion"] == disk.get("candidate") != disk["champion"]:
                assert found["former"] == disk["champion"] or move_of(disk) == "back"
            assert finished(found) == after
            assert finished(finished(found)) == after


@FEW
@given(disks())
def test_what_was_taken_back_is_not_released_in_any_later_month(disk: Disk) -> None:
    if move_of(disk) != "back":
        return
    after = finished(disk)
    assert release(after | {"candidate": disk["champion"]}, NEXT) == []
    new = {"version": 5, "shares": {}}
    assert finished(after | {"candidate": new}, NEXT)["champion"] == new
