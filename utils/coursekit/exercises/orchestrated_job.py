"""One job of a graph that an orchestrator runs: writes down when it starts and ends.

    python orchestrated_job.py FOLDER [COMMAND ...] JOB

Without a command the job is an empty one: it writes its record, ``FOLDER/records/JOB.json``, and
nothing else, so that what a run takes is the orchestrator's. ``FOLDER/kill`` holds a plan: ``job
NAME`` has the process of that job kill itself, once; ``machine NAME`` has it wait to be killed with
all others.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def note(folder: Path, job: str, what: str) -> None:
    with (folder / "log").open("a", encoding="utf-8") as log:
        log.write(f"{job} {what} {time.time()}\n")


def main(folder: Path, command: list[str], job: str) -> int:
    plan = folder / "kill"
    how, victim = plan.read_text(encoding="utf-8").split() if plan.exists() else ("", "")
    note(folder, job, "start")
    if job == victim:
        plan.unlink()
    if command:
        child = subprocess.Popen([*command, job])
    if job == victim:
        if how == "job":
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(600)
    if command and child.wait():
        return child.returncode
    if not command:
        (folder / "records" / f"{job}.json").write_text(json.dumps({"job": job}))
    note(folder, job, "end")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:-1], sys.argv[-1]))
