"""The set-up says plainly what is in its way, and does nothing when there is nothing to do."""

import errno
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NoReturn

import pytest

from coursekit import paths
from coursekit.environment import tools

ROOT = paths.course_root()
SCRIPT = ROOT / "utils" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, as if it stood in an empty checkout of its own."""
    kit = [f"utils/coursekit/{name}.py" for name in ("__init__", "paths", *(
        f"environment/{part}" for part in ("__init__", "install", "known", "registry", "switches", "tools")))]  # fmt: skip
    for name in ("utils/bootstrap.py", *kit, "pyproject.toml", "requirements/course.txt",
                 "requirements/automl.txt", "requirements/uv.txt", "requirements/tools/flower.txt"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("bootstrap", tmp_path / "utils" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert tmp_path == module.ROOT
    return module


def pretend_installed(bootstrap: ModuleType, *what: str) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.write_text("")
    bootstrap.STAMP.write_text(" ".join([*what, bootstrap._fingerprint(list(what))]))


def fail_if_called(*args: object, **kwargs: object) -> NoReturn:
    raise AssertionError("nothing was to be done")


def test_nothing_is_done_when_all_is_up_to_date(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_installed(bootstrap, "course")
    monkeypatch.setattr(bootstrap, "_run", fail_if_called)
    assert bootstrap.ensure(automl=False) == 0


def test_what_was_added_once_stays(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(bootstrap, "course", "automl")
    monkeypatch.setattr(bootstrap, "_run", fail_if_called)
    assert bootstrap.ensure(automl=False) == 0


@pytest.mark.parametrize("changed", ["requirements/course.txt", "pyproject.toml"])
def test_a_changed_lock_or_declaration_is_installed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    pretend_installed(bootstrap, "course")
    steps: list[str] = []
    monkeypatch.setattr(bootstrap, "_run", lambda step, *rest, **shown: steps.append(step))
    monkeypatch.setattr(bootstrap, "way_to_registry", dict)
    monkeypatch.setattr(bootstrap, "_require_installed", lambda python, prefix: None)
    monkeypatch.setattr(
        bootstrap.subprocess,
        "run",
        lambda *a, **k: SimpleNamespace(returncode=0, stdout="", stderr=""),
    )
    with (bootstrap.ROOT / changed).open("a") as file:
        file.write("\n# changed\n")
    assert bootstrap.ensure(automl=False) == 0
    assert "installing the packages" in steps
    steps.clear()
    assert bootstrap.ensure(automl=False) == 0
    assert steps == []


def installs(bootstrap: ModuleType, place: str) -> Callable[..., None]:
    """A uv whose environments have a Python that finds the tool at ``place``."""

    def uv(step: str, verb: str, *words: str, **shown: object) -> None:
        if verb == "venv":
            python = tools.python_in(Path(words[-1]))
            python.parent.mkdir(parents=True)
            python.write_text(f"#!/bin/sh\necho {place}\n")
            python.chmod(0o755)

    return uv


@pytest.mark.needs("posix")
def test_a_tool_gets_an_environment_of_its_own_made_anew_when_its_lock_changes(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = bootstrap.ROOT
    steps: list[tuple[str, ...]] = []
    place = tools.folder("flower", root)
    uv = installs(bootstrap, str(place / "flwr.py"))
    monkeypatch.setattr(bootstrap, "_install_uv", lambda: None)

    def note(*words: str, **shown: object) -> None:
        steps.append(words)
        uv(*words)

    monkeypatch.setattr(bootstrap, "_uv", note)
    monkeypatch.setattr(tools.paths, "course_root", lambda: root)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--tool", "flower"])
    assert tools.python_of("flower") is None
    assert "is not here: `make tools TOOLS=flower`" in str(tools.why_not("flower"))
    with pytest.raises(tools.ToolError, match="make tools TOOLS=flower"):
        tools.require("flower")

    assert bootstrap.main() == 0
    assert [step[0] for step in steps] == ["finding Python 3.12", "installing flower"]
    assert {"sync", "--require-hashes", str(tools.lock("flower", root))} < set(steps[-1])
    assert tools.python_of("flower") == tools.require("flower") == tools.python_in(place)
    assert tools.why_not("flower") is None
    assert not bootstrap.VENV.exists()
    assert bootstrap.main() == 0
    assert len(steps) == 2

    with tools.lock("flower", root).open("a") as file:
        file.write("# changed\n")
    assert tools.python_of("flower") is None
    assert "is older than its lock" in str(tools.why_not("flower"))
    # Its Python answers to everything, so it is of the right version and kept.
    assert bootstrap.main() == 0
    assert len(steps) == 3
    assert tools.python_of("flower") is not None
    with pytest.raises(KeyError):
        tools.python_of("no such tool")


@pytest.mark.needs("posix")
@pytest.mark.parametrize("place", ["/elsewhere/flwr.py", "no module named flwr >&2; exit 1"])
def test_a_tool_that_did_not_come_in_is_tried_again_next_time(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(bootstrap, "_install_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "_uv", installs(bootstrap, place))
    with pytest.raises(bootstrap.SetupError, match=r"did not come into .*flower\..*flwr"):
        bootstrap.ensure_tool("flower")
    assert not tools.up_to_date("flower", bootstrap.ROOT)


def test_a_tool_that_nobody_knows_is_refused(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "_run", fail_if_called)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--tool", "flowers"])
    with pytest.raises(SystemExit):
        bootstrap.main()
    assert "invalid choice: 'flowers'" in capsys.readouterr().err


def test_a_step_that_failed_is_done_again_next_time(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_installed(bootstrap, "course")
    with (bootstrap.ROOT / "pyproject.toml").open("a") as file:
        file.write("\n# changed\n")

    def fail(step: str, *rest: object, **shown: object) -> NoReturn:
        raise bootstrap.SetupError(step)

    monkeypatch.setattr(bootstrap, "_make_venv", lambda: None)
    monkeypatch.setattr(bootstrap, "way_to_registry", dict)
    monkeypatch.setattr(bootstrap, "_run", fail)
    for _ in range(2):
        with pytest.raises(bootstrap.SetupError):
            bootstrap.ensure(automl=False)


def test_too_little_disk_is_said_before_anything_is_downloaded(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = SimpleNamespace(free=1.5e9)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda path: usage)
    monkeypatch.setattr(bootstrap, "_run", fail_if_called)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    assert bootstrap.main() == 1
    said = capsys.readouterr().err
    assert "1.5 GB free" in said
    assert "about 6 GB" in said


@pytest.mark.parametrize(
    "words", ["No space left on device (os error 28)", "[Errno 28] No space left on device"]
)
def test_a_disk_that_fills_up_meanwhile(bootstrap: ModuleType, words: str) -> None:
    command = [sys.executable, "-c", f"import sys; sys.exit({words!r})"]
    with pytest.raises(bootstrap.SetupError, match="the disk became full while unpacking"):
        bootstrap._run("unpacking", command)


def test_no_python_312(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "way_to_registry", dict)
    bootstrap.UV.parent.mkdir(parents=True)
    bootstrap.UV.write_text("#!/bin/sh\necho 'No interpreter found for Python 3.12' >&2\nexit 2\n")
    bootstrap.UV.chmod(0o755)
    with pytest.raises(bootstrap.SetupError) as caught:
        bootstrap._make_venv()
    said = str(caught.value)
    assert said.startswith("Python 3.12 is neither on this machine nor could it be downloaded")
    assert "No interpreter found" in said


def test_an_environment_of_another_python_is_replaced(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.write_text("#!/bin/sh\nexit 1\n")
    bootstrap.PYTHON.chmod(0o755)
    made: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "_uv", lambda *words: made.append(words))
    bootstrap._make_venv()
    assert not bootstrap.PYTHON.exists()
    assert made[0][1] == "venv"


def test_progress_is_shown_as_it_comes_without_the_list_of_packages(
    bootstrap: ModuleType, capfd: pytest.CaptureFixture[str]
) -> None:
    words = [" + numpy==2.5", "Downloading torch (760.1MiB)", "Installed 352 packages in 4s"]
    command = [sys.executable, "-c", f"import sys; print(*{words}, sep='\\n', file=sys.stderr)"]
    bootstrap._run("installing", command, shown=True)
    shown = capfd.readouterr()
    assert shown.out.splitlines() == [f"  {line}" for line in words[1:]]
    bootstrap._run("installing", command)
    assert capfd.readouterr().out == ""


def test_a_checkout_that_cannot_be_written(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**where: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(bootstrap.tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(bootstrap, "_run", fail_if_called)
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    assert bootstrap.main() == 1
    said = capsys.readouterr().err
    assert f"nothing can be written into {bootstrap.ROOT} (Read-only file system)" in said


def test_packages_that_went_elsewhere_are_no_installation(bootstrap: ModuleType) -> None:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    # The Python of these tests: its packages do not lie in the checkout's .venv.
    bootstrap.PYTHON.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    bootstrap.PYTHON.chmod(0o755)
    with pytest.raises(bootstrap.SetupError, match=r"did not come into .*\.venv\. Python finds"):
        bootstrap._require_installed(bootstrap.PYTHON, bootstrap.VENV)
    bootstrap.PYTHON.write_text("#!/bin/sh\necho there is no coursekit >&2\nexit 1\n")
    with pytest.raises(bootstrap.SetupError, match=r"there is no coursekit"):
        bootstrap._require_installed(bootstrap.PYTHON, bootstrap.VENV)


def test_here_is_the_active_environment_and_never_the_machines_own_python(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What conda and Binder do; they have Python 3.12 from environment.yml."""
    steps: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "_install_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "_uv", lambda step, *words, **shown: steps.append(words))
    monkeypatch.setattr(bootstrap, "_run", lambda step, words: steps.append(tuple(words)))
    checked: list[Path] = []
    monkeypatch.setattr(bootstrap, "_require_installed", lambda *places: checked.extend(places))
    (tmp_path / "env" / "conda-meta").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--here"])
    assert bootstrap.main() == 0
    packages, course, jupyter = steps
    assert packages[:4] == ("pip", "install", "--python", sys.executable)
    assert {"--no-deps", "--require-hashes"} < set(packages)
    assert packages[-1] == f"--requirements={tmp_path / 'requirements/course.txt'}"
    assert course[-2:] == ("-e", str(tmp_path))
    assert jupyter[0] == sys.executable
    assert checked == [Path(sys.executable), tmp_path / "env"]
    assert not bootstrap.VENV.exists()
    (tmp_path / "env" / "conda-meta").rmdir()
    with pytest.raises(bootstrap.SetupError, match="the machine's own"):
        bootstrap.ensure_here(automl=False)
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    monkeypatch.setattr(sys, "version_info", (3, 11))
    with pytest.raises(bootstrap.SetupError, match=r"not 3\.12"):
        bootstrap.ensure_here(automl=False)
    assert len(steps) == 3


@pytest.mark.needs("posix")
def test_what_is_installed_can_be_read_whatever_the_umask(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bootstrap.ROOT / "made"
    monkeypatch.setattr(bootstrap, "ensure", lambda automl: made.mkdir())
    monkeypatch.setattr(sys, "argv", ["bootstrap.py"])
    before = os.umask(0o077)
    try:
        bootstrap.main()
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o055 == 0o055


@pytest.mark.needs("posix")
def test_make_says_so_and_stops(bootstrap: ModuleType, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    # A uv that cannot be installed: the lock names a package that does not exist.
    (tmp_path / "requirements" / "uv.txt").write_text(
        "no-such-package-anywhere==1 --hash=sha256:00\n"
    )
    environment = dict(os.environ, PIP_NO_INDEX="1")
    words = ["make", "lab", f"PYTHON={sys.executable}"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "The course cannot be set up: installing uv failed." in done.stderr
    assert "Traceback" not in done.stderr
