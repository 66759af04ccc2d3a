"""Telemetry is off in every process of the environment: kernel, command line and test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.environment import install, switches

BARE = {k: v for k, v in os.environ.items() if k not in switches.KERNEL}


def test_a_process_with_a_bare_environment_has_the_switches() -> None:
    program = "import json, os; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", program], env=BARE, capture_output=True, text=True, check=True
    )
    seen = json.loads(done.stdout)
    for name, value in switches.EVERYWHERE.items():
        assert seen[name] == value


def test_the_users_own_word_is_kept() -> None:
    program = "import os; print(os.environ['DO_NOT_TRACK'])"
    environment = BARE | {"DO_NOT_TRACK": "mine"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "mine"


def test_the_kernelspec_starts_this_python_with_all_switches() -> None:
    spec = json.loads(install.kernelspec_path().read_text())
    assert spec["argv"][0] == sys.executable
    assert spec["env"] == install.kernel_environment()
    assert switches.KERNEL.items() <= spec["env"].items()


def test_another_environment_that_shares_the_file_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, ours = tmp_path / "theirs.json", tmp_path / "ours" / "kernel.json"
    theirs.write_text("theirs")
    ours.parent.mkdir()
    ours.hardlink_to(theirs)  # as uv does with the files of one package in two environments
    monkeypatch.setattr(install, "kernelspec_path", lambda: ours)
    install.write_kernelspec()
    assert theirs.read_text() == "theirs"
    assert json.loads(ours.read_text())["env"] == install.kernel_environment()


def test_the_libraries_agree_that_they_are_silent() -> None:
    program = """
from mlflow.telemetry.utils import is_telemetry_disabled
from dvc.analytics import is_enabled
print(is_telemetry_disabled(), is_enabled())
"""
    environment = BARE | {"CI": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"], done.stderr


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "PYTHONHASHSEED"])
def test_kernels_are_repeatable_and_services_are_not_slowed(name: str) -> None:
    assert name in switches.KERNEL
    assert name not in switches.EVERYWHERE
