"""A process whose event loop is stuck ends and says where; one that is only busy does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from coursekit.environment import known

PROGRAM = """
import asyncio, sys, time
from churn.serving.watchdog import watching

def model_that_hangs(seconds):
    time.sleep(seconds)

async def serve():
    async with watching(1.0):
        await asyncio.sleep(0.3)
        {blocked}
    model_that_hangs(1.5)  # nobody is watched any more

asyncio.run(serve())
print("ended by itself")
"""


@pytest.mark.parametrize("hangs", [True, False])
def test_a_stuck_loop_ends_the_process(hangs: bool) -> None:
    blocked = "model_that_hangs(300)" if hangs else "await asyncio.sleep(1.5)"
    program = PROGRAM.format(blocked=blocked)
    done = subprocess.run(
        [sys.executable, "-c", program], env=known.environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if hangs:
        assert done.returncode == 1
        assert "in model_that_hangs" in done.stderr
        assert done.stdout == ""
    else:
        assert (done.returncode, done.stdout) == (0, "ended by itself\n")
