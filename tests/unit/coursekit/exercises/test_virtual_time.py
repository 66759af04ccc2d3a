"""Waiting moves the loop's clock and nothing else; work and threads are waited for."""

import asyncio
import time

import pytest
from anyio.to_thread import run_sync

from coursekit.exercises.virtual_time import VirtualLoop


def run(work: object) -> object:
    loop = VirtualLoop()
    try:
        return loop.run(work)  # type: ignore[arg-type]
    finally:
        loop.close()


def now() -> float:
    return asyncio.get_running_loop().time()


def test_an_hour_passes_by_the_loops_clock_alone() -> None:
    async def work() -> float:
        await asyncio.sleep(3600)
        return now()

    began = time.monotonic()
    assert run(work()) == 3600
    assert time.monotonic() - began < 3600


def test_things_happen_in_their_order() -> None:
    seen = []

    async def say(after: float) -> None:
        await asyncio.sleep(after)
        seen.append((now(), after))

    async def work() -> None:
        await asyncio.gather(*(say(after) for after in (3.0, 0.5, 2.0, 0.0)))

    run(work())
    assert seen == [(0.0, 0.0), (0.5, 0.5), (2.0, 2.0), (3.0, 3.0)]


def test_what_takes_longer_than_its_budget_is_given_up() -> None:
    async def work() -> float:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(90), 0.5)
        return now()

    assert run(work()) == 0.5


@pytest.mark.parametrize("in_thread", [asyncio.to_thread, run_sync])
def test_the_clock_stands_still_while_a_thread_works(in_thread: object) -> None:
    async def work() -> float:
        other = asyncio.get_running_loop().create_task(asyncio.sleep(60))
        await in_thread(time.sleep, 0.1)  # type: ignore[operator]
        reached = now()
        other.cancel()
        return reached

    assert run(work()) == 0


def test_it_runs_inside_another_loop_and_gives_it_back() -> None:
    async def inner() -> float:
        await asyncio.sleep(7)
        return now()

    async def outer() -> object:
        before = asyncio.get_running_loop()
        found = run(inner())
        assert asyncio.get_running_loop() is before
        await asyncio.sleep(0)
        return found

    assert asyncio.run(outer()) == 7
