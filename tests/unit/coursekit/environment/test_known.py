"""What the machine's owner has set stays outside of a child process, one setting after the other."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from coursekit.environment import known, switches

#: What an owner may have set, and what a child of the course finds instead. None: it is not there.
OWNERS = {
    "UV_SYSTEM_PYTHON": ("1", None),
    "UV_TARGET": ("/elsewhere", None),
    "UV_INDEX_URL": ("https://mirror.example", None),  # for set-up only: see test_registry
    "PIP_USER": ("1", None),
    "PIP_TARGET": ("/elsewhere", None),
    "PIP_CONFIG_FILE": ("/elsewhere/pip.conf", None),
    "PYTHONPATH": ("/elsewhere", None),
    "PYTHONSTARTUP": ("/elsewhere/start.py", None),
    "PYTHONWARNINGS": ("error", None),
    "PYTHONOPTIMIZE": ("1", None),
    "PYTHONNOUSERSITE": ("", "1"),
    "PYTHONUSERBASE": ("/elsewhere", None),
    "GIT_DIR": ("/elsewhere/.git", None),
    "GIT_CONFIG_GLOBAL": ("/elsewhere/.gitconfig", None),
    "GIT_CONFIG_COUNT": ("1", None),
    "IPYTHONDIR": ("/elsewhere", known.own_folders()["IPYTHONDIR"]),
    "JUPYTER_CONFIG_DIR": ("/elsewhere", known.own_folders()["JUPYTER_CONFIG_DIR"]),
    "JUPYTER_CONFIG_PATH": ("/elsewhere", None),
    "JUPYTER_DATA_DIR": ("/elsewhere", known.own_folders()["JUPYTER_DATA_DIR"]),
    "JUPYTER_PREFER_ENV_PATH": ("0", "1"),
    "JUPYTERLAB_SETTINGS_DIR": ("/elsewhere", None),
    "MLFLOW_TRACKING_URI": ("https://mlflow.example", None),
    "MLFLOW_DISABLE_TELEMETRY": ("false", "true"),
    "DVC_GLOBAL_CONFIG_DIR": ("/elsewhere", known.own_folders()["DVC_GLOBAL_CONFIG_DIR"]),
    "PYTEST_ADDOPTS": ("--co", None),
    "SPARK_HOME": ("/opt/spark-2", None),
    "TMPDIR": ("/elsewhere", None),
}
#: What stays.
KEPT = {
    "HTTPS_PROXY": "http://proxy.example:3128",
    "no_proxy": "localhost",
    "SSL_CERT_FILE": "/etc/ssl/company.pem",
    "REQUESTS_CA_BUNDLE": "/etc/ssl/company.pem",
    "PIP_CERT": "/etc/ssl/company.pem",
    "GIT_SSL_CAINFO": "/etc/ssl/company.pem",
    "JAVA_HOME": "/opt/java",
    "JUPYTER_TOKEN": "mine",
    "COURSE_WORKSPACE": "/data/workspace",
    "CHURN_IBM_CSV": "/data/telco.csv",
    "SPARK_LOCAL_IP": "127.0.0.1",
    "LANG": "de_DE.UTF-8",
}


def seen_by_a_child(environment: dict[str, str], code: str) -> object:
    """What a new Python says, started as the course starts one."""
    command = [sys.executable, "-c", f"import json, os, sys\nprint(json.dumps({code}))"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def everything_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (value, _) in OWNERS.items():
        monkeypatch.setenv(name, value)
    for name, value in KEPT.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("everything_set")
def test_a_child_finds_the_course_settings_in_the_place_of_the_owners() -> None:
    seen = seen_by_a_child(known.environment(), "dict(os.environ)")
    assert isinstance(seen, dict)
    assert {name: seen.get(name) for name in OWNERS} == {
        name: instead for name, (_, instead) in OWNERS.items()
    }
    assert {name: seen.get(name) for name in KEPT} == KEPT


@pytest.mark.usefixtures("everything_set")
def test_a_process_enters_and_says_what_it_left_outside() -> None:
    code = "(known.enter(), dict(os.environ))[1]"
    code = f"__import__('coursekit.environment.known') and [{code} for known in [sys.modules['coursekit.environment.known']]][0]"
    started_by_somebody_else = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") or name not in OWNERS
    }
    seen = seen_by_a_child(started_by_somebody_else, code)
    assert isinstance(seen, dict)
    ours = {name: value for name, value in OWNERS.items() if not name.startswith("PYTHON")}
    assert {name: seen.get(name) for name in ours} == {
        name: instead for name, (_, instead) in ours.items()
    }
    assert {name: seen.get(name) for name in KEPT} == KEPT
    assert {"UV_TARGET", "GIT_DIR", "TMPDIR"} <= set(seen[known.KEPT_OUT].split())


def test_what_is_added_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "theirs")
    assert known.environment({"MLFLOW_TRACKING_URI": "ours"})["MLFLOW_TRACKING_URI"] == "ours"
    settings = known.environment(switches.KERNEL, {"TZ": "Asia/Kolkata"})
    assert (settings["TZ"], settings["PYTHONPATH"]) == ("Asia/Kolkata", "")


@pytest.mark.needs("posix")
@pytest.mark.parametrize("name", ["long" * 20, "Übung"])
def test_a_temporary_folder_that_sockets_cannot_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    assert "TMPDIR" not in known.environment()
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("TMPDIR", short)
        assert known.environment()["TMPDIR"] == short


def test_an_environment_that_cannot_be_written_has_its_folders_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(known.own_folders()["IPYTHONDIR"]).is_relative_to(sys.prefix)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert Path(known.own_folders()["IPYTHONDIR"]).is_relative_to(tmp_path)


@pytest.mark.parametrize("setting", ["PYTHONPATH", "PYTHONOPTIMIZE"])
def test_the_command_starts_anew_without_what_python_read_at_its_start(
    tmp_path: Path, setting: str
) -> None:
    (tmp_path / "typer.py").write_text("")  # stands before the real one
    code = (
        "import sys; from coursekit.environment import known\n"
        "if sys.argv[1:] == ['again']: print('in place'); sys.exit()\n"
        "known.start_over(['-c', 'import sys, typer; print(typer.__file__, __debug__)'])\n"
        "print('not started anew')"
    )
    value = {"PYTHONPATH": str(tmp_path), "PYTHONOPTIMIZE": "1"}[setting]
    bare = known.environment()
    for environment, expected in (
        (bare, "not started anew"),
        (bare | {setting: value}, f"{Path(sys.prefix)}"),
    ):
        command = [sys.executable, "-c", code]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, cwd="/"
        )
        assert done.stdout.startswith(expected)
        assert done.stdout.strip().endswith(("anew", "True"))
