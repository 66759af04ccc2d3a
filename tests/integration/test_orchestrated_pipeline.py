"""The real jobs below each orchestrator: a power cut in the third, and the month ends as by hand.

Some forty starts of Python and of the tools, so only in `make long`; with empty jobs the same is tried
always, in ``tests/unit/coursekit/exercises/test_orchestrators.py``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import killed_pipeline
from churn.pipeline.config import FOLDER, load_config
from churn.pipeline.graph import JOBS
from churn.pipeline.stores import Stores
from coursekit.environment import known
from coursekit.exercises.orchestrators import TOOLS, prepare, run

pytestmark = pytest.mark.skipif(
    not os.environ.get("COURSE_LONG"),
    reason="the real jobs below six orchestrators: in `make long`",
)
DAY = f"{killed_pipeline.FIRST:%Y-%m}"


class Telco:
    """A telco with the features of its months, made once and put back for each run."""

    def __init__(self, folder: Path) -> None:
        self.home, self._copy, self._config = folder / "telco", folder / "copy", folder / "config"
        shutil.copytree(FOLDER, self._config)
        (self._config / "dev.yaml").write_text(yaml.safe_dump(killed_pipeline.CHANGES))
        self.home.mkdir()
        killed_pipeline.build(self.home)
        late = self.home / "landing" / f"{killed_pipeline.SECOND:%Y-%m}"
        shutil.rmtree(late)
        self._call("backfill")
        shutil.copytree(self.home, self._copy)

    @property
    def stores(self) -> Stores:
        return Stores(load_config("dev", self._config), self.home)

    @property
    def command(self) -> list[str]:
        """What runs a job, before the job's name."""
        return [*self._program("run"), "--day", DAY]

    def by_hand(self) -> dict[str, Any]:
        """The month without an orchestrator, and what it leaves."""
        self._call("run", "--day", DAY, *JOBS)
        found = killed_pipeline.state(self.stores)
        killed_pipeline.restore(self.home, self._copy)
        return found

    def _program(self, name: str) -> list[str]:
        where = ["--env", "dev", "--home", str(self.home), "--config", str(self._config)]
        return [sys.executable, "-m", "churn.pipeline", name, *where]

    def _call(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self._program(name), *arguments],
            env=known.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@pytest.fixture(scope="module")
def telco(tmp_path_factory: pytest.TempPathFactory) -> Telco:
    return Telco(tmp_path_factory.mktemp("orchestrated"))


@pytest.fixture(scope="module")
def expected(telco: Telco) -> dict[str, Any]:
    return telco.by_hand()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.needs(TOOLS[name].environment)])
        if TOOLS[name].environment
        else name
        for name in TOOLS
    ],
)
def test_the_month_ends_as_by_hand_after_a_power_cut(
    name: str, telco: Telco, expected: dict[str, Any], tmp_path: Path
) -> None:
    tool = TOOLS[name]
    prepare(tool, tmp_path, str(telco.stores.records / DAY))
    cut = run(tool, tmp_path, command=telco.command, kill=f"machine {JOBS[2]}")
    assert cut.done == list(JOBS[:2]), cut.said[-3000:]
    again = run(tool, tmp_path, command=telco.command, resume=True)
    assert again.code == 0, again.said[-3000:]
    assert again.done[-1] == JOBS[-1]
    found = killed_pipeline.state(telco.stores)
    killed_pipeline.restore(telco.home, telco._copy)
    assert found == expected
    assert found["served"][0] > 1000
