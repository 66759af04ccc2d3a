"""A process whose event loop is stuck ends and says where; one that is only busy does not."""

from __future__ import annotations

import asyncio
import faulthandler
import subprocess
import sys

import pytest

from churn.serving.watchdog import watching
from coursekit.environment import known
from moved_clock import MovedClock

PROGRAM = """
import asyncio, time
from churn.serving.watchdog import watching

def model_that_hangs(seconds):
    time.sleep(seconds)

async def serve():
    async with watching(3.0):
        await asyncio.sleep(0)
        model_that_hangs(300)

asyncio.run(serve())
print("ended by itself")
"""


def test_a_stuck_loop_ends_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=known.environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "in model_that_hangs" in done.stderr
    assert done.stdout == ""


def test_a_loop_that_takes_its_turn_has_the_whole_limit_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each arming takes the place of the one before, and the last one is cancelled."""
    limit, happened = 1000.0, list[str]()
    monkeypatch.setattr(
        faulthandler,
        "dump_traceback_later",
        lambda seconds, exit: happened.append(f"ends in {seconds:g} s unless armed again"),
    )
    monkeypatch.setattr(
        faulthandler, "cancel_dump_traceback_later", lambda: happened.append("ends no more")
    )

    async def busy() -> None:
        clock = MovedClock()
        async with watching(limit):
            for _ in range(4):
                for _ in range(20):  # turns of the loop: more than enough
                    await asyncio.sleep(0)
                # A quarter and no more is waited for, so a loop may be three quarters late.
                clock.on(limit / 4)

    asyncio.run(busy())
    assert happened == ["ends in 1000 s unless armed again"] * 4 + ["ends no more"]
