"""Telcos that are left alone: kills, broken feeds, bad deliveries, and the books."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from churn.data import load
from coursekit.exercises import capstone


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return load("synthetic", n=2000, seed=1)


def test_a_kill_leaves_the_writes_before_it() -> None:
    disk: dict[str, Any] = {"orders": [1]}
    writes = [["append", "orders", 2], ["put", "done", 5]]
    assert capstone.performed(disk, writes, 0) == disk == {"orders": [1]}
    assert capstone.performed(disk, writes, 1) == {"orders": [1, 2]}
    assert capstone.performed(disk, writes) == {"orders": [1, 2], "done": 5}
    with pytest.raises(ValueError, match="a write is"):
        capstone.performed(disk, [["delete", "orders", None]])


def test_an_alarm_mends_a_broken_feed(customers: pd.DataFrame) -> None:
    telcos = capstone.telcos(np.random.default_rng(1), customers, 20)
    one = next(
        telco
        for telco in telcos
        if len(telco["faults"]) == 1
        and capstone.lived_through(telco, lambda seen: "keep")["cost"]
        > capstone.lived_through(telco | {"faults": []}, lambda seen: "keep")["cost"] + 1000
    )
    broken = one["faults"][0]["start"] - capstone.BEFORE

    def cost(month: int) -> float:
        told = capstone.lived_through(one, lambda s: "alarm" if s["month"] == month else "keep")
        return float(told["cost"])

    kept = capstone.lived_through(one, lambda seen: "keep")["cost"]
    assert cost(broken - 1) == pytest.approx(kept + capstone.ALARM)
    assert cost(broken) != pytest.approx(kept + capstone.ALARM)
    with pytest.raises(ValueError, match="is asked for"):
        capstone.lived_through(one, lambda seen: True)


def test_who_never_retrains_has_one_champion_and_its_money(customers: pd.DataFrame) -> None:
    (world,) = capstone.worlds(np.random.default_rng(2), customers, 1)

    def run_month(disk: dict[str, Any], delivery: dict[str, Any]) -> list[Any]:
        order = {"month": delivery["month"], "groups": capstone.called(disk["champion"])}
        done = any(one["month"] == delivery["month"] for one in disk["orders"])
        return [] if done else [["append", "orders", order]]

    disks = capstone.left_alone(world, run_month)
    assert len(disks[-1]["orders"]) == capstone.MONTHS
    assert disks[-1] == capstone.left_alone(world, run_month, kills=False)[-1]
    money = capstone.money(world, disks)
    assert (money <= capstone.possible(world) + 1e-9).all()
    groups = [world["names"].index(name) for name in capstone.called(world["disk"]["champion"])]
    assert money == pytest.approx(world["worth"][:, groups].sum(axis=1))


def test_bad_deliveries_are_bad_and_the_others_whole(customers: pd.DataFrame) -> None:
    for world in capstone.worlds(np.random.default_rng(3), customers, 5):
        for one in world["deliveries"]:
            usual = set(one["groups"]) == set(world["names"]) and all(
                left <= count for count, left in one["groups"].values()
            )
            says = world["bad"].get(one["month"])
            assert usual == (says not in ("missing groups", "columns swapped"))


def test_who_trains_every_quarter_pays_for_it_and_knows_the_rival(customers: pd.DataFrame) -> None:
    (world,) = capstone.worlds(np.random.default_rng(2), customers, 1)
    quarterly = capstone.every_quarter(world)
    groups = [world["names"].index(name) for name in capstone.called(world["disk"]["champion"])]
    first = world["worth"][:, groups].sum(axis=1)
    # The first champion answers for two months, and a new one is paid for in the third.
    assert quarterly[:2] == pytest.approx(first[:2])
    trains = np.arange(capstone.MONTHS) % 3 == 2
    free = quarterly + capstone.TRAINING * trains
    assert (free <= capstone.possible(world) + 1e-9).all()
    assert free.sum() > first.sum()
    # Labels that are known to be bad teach nothing.
    blank = {"groups": {name: [50_000, 0] for name in world["names"]}}
    spoiled = [one | blank if one["month"] in world["bad"] else one for one in world["deliveries"]]
    assert capstone.every_quarter(world | {"deliveries": spoiled}) == pytest.approx(quarterly)
    taught = capstone.every_quarter(world | {"deliveries": spoiled, "bad": {}})
    assert taught != pytest.approx(quarterly)
