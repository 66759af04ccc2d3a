import errno
import json
import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from coursekit import paths
from coursekit.environment import doctor, install, known, offline


def test_everything_is_in_order_here() -> None:
    findings = {finding.name: finding for finding in doctor.examine()}
    wrong = [f for f in findings.values() if f.ok is False]
    assert not wrong
    assert {"Python", "Packages", "Kernel", "Telemetry", "Java", "Disk", "Port"} <= set(findings)


def test_a_package_that_differs_from_the_lock_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.locked_versions
    monkeypatch.setattr(
        doctor,
        "locked_versions",
        lambda lock: real(lock) | {"mlflow": "0.1", "no-such-package": "1"},
    )
    finding = doctor.packages()
    assert finding.ok is False
    assert "mlflow is" in finding.detail
    assert "no-such-package is missing" in finding.detail
    assert "make lab" in finding.detail


def test_markers_of_the_lock_are_obeyed(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "alpha==1.0 \\\n    --hash=sha256:00\n"
        "beta==2.0 ; sys_platform == 'no-such-platform' \\\n    --hash=sha256:00\n"
    )
    assert doctor.locked_versions(lock) == {"alpha": "1.0"}


def test_a_missing_a_foreign_and_a_bare_kernelspec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kernel.json"
    monkeypatch.setattr(install, "kernelspec_path", lambda: path)
    assert "no kernelspec" in doctor.kernelspec().detail
    path.write_text(json.dumps({"argv": ["/usr/bin/python3"], "env": {}}))
    assert "another Python" in doctor.kernelspec().detail
    install.write_kernelspec()
    assert doctor.kernelspec().ok
    spec = json.loads(path.read_text())
    del spec["env"]["DVC_NO_ANALYTICS"]
    path.write_text(json.dumps(spec))
    assert "without the course's switches" in doctor.kernelspec().detail


def test_switches_that_do_not_reach_a_new_process_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(doctor.switches.TELEMETRY, "NEW_LIBRARY_TELEMETRY", "off")
    finding = doctor.telemetry()
    # A new Python takes the value from the file on disk, which does not have it.
    assert finding.ok is False
    assert "NEW_LIBRARY_TELEMETRY" in finding.detail


def test_a_taken_port_is_no_obstacle() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taken = server.getsockname()[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(doctor, "JUPYTER_PORT", taken)
            finding = doctor.port()
    assert finding.ok is None
    assert "will choose the next" in finding.detail


def test_a_full_disk_and_a_read_only_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "ENOUGH_GB", 1e9)
    assert doctor.disk().ok is False

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(doctor.tempfile, "TemporaryFile", refuse)
    assert doctor.grading_writable().ok is False
    assert "cannot be written (Permission denied)" in doctor.workspaces_writable().detail


def test_java_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(cache: Path) -> NoReturn:
        raise doctor.spark_java.JavaError("Spark needs Java 17 or newer")

    monkeypatch.setattr(doctor.spark_java, "java_home", none)
    assert doctor.java() == doctor.Finding(False, "Java", "Spark needs Java 17 or newer")


def test_the_ibm_table_is_optional_but_must_be_right(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CHURN_IBM_CSV", raising=False)
    assert doctor.ibm_table().ok is None
    damaged = tmp_path / "telco.csv"
    damaged.write_text("not,the,table\n")
    monkeypatch.setenv("CHURN_IBM_CSV", str(damaged))
    assert doctor.ibm_table().ok is False


def test_a_machine_without_bubblewrap_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(offline.shutil, "which", lambda name: None)
    offline.why_not.cache_clear()
    try:
        finding = doctor.sandbox()
    finally:
        offline.why_not.cache_clear()
    assert finding.ok is None
    assert "apt install bubblewrap" in finding.detail


@pytest.mark.parametrize("name", ["packages", "kernelspec", "telemetry", "java", "disk", "port"])
def test_a_check_that_fails_itself_ends_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def fail() -> NoReturn:
        raise UnicodeError("odd\nbytes")

    checks = [(label, fail if c.__name__ == name else c) for label, c in doctor.CHECKS]
    quick = [(label, c) for label, c in checks if c is fail or label in ("Python", "Disk", "Port")]
    monkeypatch.setattr(doctor, "CHECKS", quick)
    findings = list(doctor.examine())
    assert len(findings) == len(quick)
    failed = [finding for finding in findings if finding.ok is False]
    assert [f.detail for f in failed] == ["this could not be examined (UnicodeError: odd)"]


def test_a_damaged_kernelspec_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernel.json").write_text("{")
    monkeypatch.setattr(install, "kernelspec_path", lambda: tmp_path / "kernel.json")
    monkeypatch.setattr(doctor, "CHECKS", [("Kernel", doctor.kernelspec)])
    (finding,) = doctor.examine()
    assert finding.ok is False
    assert "could not be examined" in finding.detail


def test_a_module_that_comes_from_elsewhere_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert doctor.origin().ok
    (tmp_path / "pandas.py").write_text("")
    monkeypatch.setitem(doctor.switches.KERNEL, "PYTHONPATH", str(tmp_path))
    finding = doctor.origin()
    assert finding.ok is False
    assert f"pandas comes from {tmp_path / 'pandas.py'}" in finding.detail
    monkeypatch.setattr(doctor, "THEIRS", ("no_such_module",))
    assert "no_such_module comes from nowhere" in doctor.origin().detail


def test_what_the_owner_has_set_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(known.KEPT_OUT, "PIP_USER TMPDIR")
    assert doctor.owners_settings().detail.endswith("stay outside: PIP_USER, TMPDIR")


@pytest.mark.needs("posix")
def test_a_path_for_temporary_files_that_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.tempfile, "tempdir", str(tmp_path / ("long" * 20)))
    finding = doctor.temporary_files()
    assert finding.ok is False
    assert "set TMPDIR=/tmp" in finding.detail


def test_a_disk_that_cannot_hold_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> NoReturn:
        raise doctor.sqlite3.OperationalError("locking protocol")

    assert doctor.databases().ok
    monkeypatch.setattr(doctor.sqlite3, "connect", refuse)
    finding = doctor.databases()
    assert finding.ok is False
    assert "locking protocol" in finding.detail


@pytest.mark.needs("cut network")
def test_a_course_that_only_root_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (*doctor.OURS, "datasets"):
        place = tmp_path / (part if part == "datasets" else f"utils/{part}")
        place.mkdir(parents=True)
    monkeypatch.setattr(paths, "course_root", lambda: tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert doctor.sandbox().ok
    (tmp_path / "datasets").chmod(0o700)
    assert f"chmod -R a+rX {tmp_path}/datasets" in doctor.sandbox().detail
