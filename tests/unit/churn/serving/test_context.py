"""Look-ups: gathered, bounded in time, and never in the way of a later one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from churn.serving.context import Context, ContextError, FeatureLookup
from churn.serving.fallback import Reason
from churn.serving.settings import Settings
from moved_clock import MovedClock

LONG, PATIENCE, PAUSE = 300.0, 200.0, 25.0


class Store:
    """Knows A and B. ``open`` lets look-ups return; ``asked`` is what each was about."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.open = threading.Event()
        self.open.set()

    def __call__(self, customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self.asked.append(list(customers))
        self.open.wait()
        return {one: {"tenure": 3} for one in customers if one in ("A", "B")}


@contextmanager
def over(lookup: FeatureLookup, threads: int = 1, **settings: Any) -> Iterator[Context]:
    context = Context(lookup, Settings(lookup_threads=threads, **settings))
    try:
        yield context
    finally:
        context.close()


async def reason(context: Context, customers: list[str], budget: float) -> Reason:
    with pytest.raises(ContextError) as caught:
        await context.fetch(customers, budget)
    return caught.value.reason


def test_who_is_known_is_found() -> None:
    with over(Store()) as context:
        assert asyncio.run(context.fetch(["A", "C"], LONG)) == {"A": {"tenure": 3}}


def test_what_waits_is_looked_up_at_once() -> None:
    store = Store()
    store.open.clear()

    async def four(context: Context) -> list[dict[str, Any]]:
        tasks = [asyncio.create_task(context.fetch([one], LONG)) for one in "ABCA"]
        while not store.asked:
            await asyncio.sleep(0)
        store.open.set()
        return await asyncio.gather(*tasks)

    with over(store) as context:
        first, second, third, fourth = asyncio.run(four(context))
    assert store.asked == [["A"], ["B", "C", "A"]]
    assert first["A"] == fourth["A"] == second["B"] == {"tenure": 3}
    assert "C" not in third


def test_a_store_that_is_down_says_so_and_may_come_back() -> None:
    down = True

    def lookup(customers: Sequence[str]) -> dict[str, dict[str, Any]]:
        if down:
            raise TimeoutError("of the store's own client: no sign that our budget is used up")
        return {"A": {}}

    with over(lookup) as context:
        assert asyncio.run(reason(context, ["A"], LONG)) is Reason.STORE_FAILED
        down = False
        assert asyncio.run(context.fetch(["A"], LONG)) == {"A": {}}


@pytest.mark.parametrize("answer", [None, [], {"A": None}, {"A": 3}])
def test_an_answer_of_another_shape_is_a_failure(answer: Any) -> None:
    with over(lambda customers: answer) as context:
        assert asyncio.run(reason(context, ["A"], LONG)) is Reason.STORE_FAILED


def test_a_slow_store_is_given_up_and_its_late_answer_harms_nobody() -> None:
    store = Store()
    store.open.clear()

    async def late(context: Context) -> dict[str, Any]:
        assert await reason(context, ["A"], 0.01) is Reason.STORE_SLOW
        assert await reason(context, ["B"], 0.01) is Reason.STORE_SLOW  # waits for the thread
        store.open.set()
        return await context.fetch(["B"], LONG)

    with over(store) as context:
        assert asyncio.run(late(context)) == {"B": {"tenure": 3}}
    # The second was given up before its turn came.
    assert store.asked == [["A"], ["B"]]


def test_a_store_that_hangs_makes_nobody_wait() -> None:
    store = Store()
    store.open.clear()

    async def hangs(context: Context) -> None:
        assert await reason(context, ["A"], 0.01) is Reason.STORE_SLOW
        await asyncio.sleep(0.02)
        call = asyncio.ensure_future(reason(context, ["B"], 0.01))
        await asyncio.sleep(0)  # one turn of the loop, and no timer
        assert call.done()
        assert call.result() is Reason.STORE_SLOW

    with over(store) as context:
        asyncio.run(hangs(context))
        store.open.set()


class Hanging:
    """A store whose look-ups of certain customers hang until they are let go."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hang = True
        self.let_go = threading.Event()

    def __call__(self, customers: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        self.asked += customers
        if self.hang:
            self.let_go.wait()
        return {one: {"tenure": 3} for one in customers}


async def until(what: Any) -> None:
    while not what():
        await asyncio.sleep(0.001)


async def until_found(context: Context, customer: str) -> None:
    """However busy this machine is, which may keep a store that is well from answering in time."""
    while True:
        with suppress(ContextError):
            assert await context.fetch([customer], LONG) == {customer: {"tenure": 3}}
            return
        await asyncio.sleep(0.001)


def test_a_look_up_that_hangs_opens_the_circuit_and_one_that_returns_closes_it() -> None:
    store = Hanging()

    async def story(context: Context) -> None:
        clock = MovedClock()
        assert context.problem is None
        call = asyncio.ensure_future(reason(context, ["A"], LONG))
        await until(lambda: store.asked)
        clock.on(PATIENCE)
        assert await call is Reason.STORE_SLOW  # given up, not the budget
        assert context.problem
        assert await reason(context, ["B"], LONG) is Reason.STORE_SLOW  # at once: it is open
        assert store.asked == ["A"]
        # The store is well again, and the first look-up after the pause finds that out, though the
        # one that hung still holds its thread.
        store.hang = False
        clock.on(PAUSE)
        assert await context.fetch(["C"], LONG) == {"C": {"tenure": 3}}
        # Closed, it lets more than one through at a time.
        found = await asyncio.gather(*(context.fetch([one], LONG) for one in "DE"))
        assert [one for each in found for one in each] == ["D", "E"]
        assert context.problem is None
        assert not context.stuck

    with over(store, lookup_patience=PATIENCE, lookup_pause=PAUSE) as context:
        asyncio.run(story(context))
        assert store.asked == ["A", "C", "D", "E"]
        store.let_go.set()


def test_what_waits_when_the_circuit_opens_does_not_hang_the_next_thread() -> None:
    store = Hanging()

    async def story(context: Context) -> list[Reason]:
        return await asyncio.gather(*(reason(context, [one], LONG) for one in "ABC"))

    with over(store, lookup_patience=0.05, lookup_pause=LONG) as context:
        assert asyncio.run(story(context)) == [Reason.STORE_SLOW] * 3
        assert store.asked == ["A"]
        store.let_go.set()


def test_only_so_many_threads_are_lost_and_those_that_come_back_count_again() -> None:
    store = Hanging()

    async def story(context: Context) -> None:
        tries = 0
        while not context.stuck:
            assert await reason(context, [str(tries)], LONG) is Reason.STORE_SLOW
            await asyncio.sleep(0.02)
            tries += 1
        for _ in range(3):  # and no look-up more
            assert await reason(context, ["no more"], LONG) is Reason.STORE_SLOW
            await asyncio.sleep(0.02)
        assert len(store.asked) == 3
        assert len(set(threading.enumerate()) - before) == 3 + 1  # lost, and one that waits
        store.hang = False
        store.let_go.set()
        await until(lambda: not context.stuck)
        await until(lambda: len(set(threading.enumerate()) - before) == 1)
        await until_found(context, "A")

    before = set(threading.enumerate())
    settings: Any = {"lookup_patience": 0.01, "lookup_pause": 0.01, "lookup_lost": 3}
    with over(store, **settings) as context:
        asyncio.run(story(context))


def test_a_store_that_raises_is_a_problem_and_no_open_circuit() -> None:
    down = [True]

    def lookup(customers: Sequence[str]) -> dict[str, dict[str, Any]]:
        if down[0]:
            raise ConnectionError("no")
        return {}

    async def story(context: Context) -> None:
        assert await reason(context, ["A"], LONG) is Reason.STORE_FAILED
        assert context.problem == "the feature store fails: ConnectionError"
        down[0] = False
        assert await context.fetch(["A"], LONG) == {}
        assert context.problem is None

    with over(lookup) as context:
        asyncio.run(story(context))
