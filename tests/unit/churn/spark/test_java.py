from pathlib import Path

import pytest

from churn.spark import java


def make_java(home: Path, banner: str) -> Path:
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(f"#!/bin/sh\necho '{banner}' >&2\n")
    java.chmod(0o755)
    return home


@pytest.mark.parametrize(
    ("text", "number"), [("Java 17.0.15", 17), ("Java 1.8.0_292", 8), ("Java 25", 25)]
)
def test_major(text: str, number: int) -> None:
    assert java.major(text) == number


def test_a_recent_system_java_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_java(tmp_path / "jdk", 'openjdk version "21.0.1" 2025-01-01')
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.java_home(tmp_path / "cache") == home


def test_an_old_java_is_passed_over_for_the_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_java(tmp_path / "jdk", 'java version "1.8.0_292"')
    monkeypatch.setenv("JAVA_HOME", str(home))
    monkeypatch.setenv("PATH", "/nonexistent")
    found = java.java_home(tmp_path / "cache")
    assert found.parent == tmp_path / "cache"


def test_the_bundled_java_starts_and_drops_the_argument_it_cannot_take(tmp_path: Path) -> None:
    import subprocess

    home = java.bundled_java_home(tmp_path)
    assert java.major(java.version(home)) >= java.MINIMUM
    words = [str(home / "bin" / "java"), "--add-modules=jdk.incubator.vector", "-version"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    # Made once: the second call finds what the first has made.
    assert java.bundled_java_home(tmp_path) == home


def test_a_folder_without_java_is_named(tmp_path: Path) -> None:
    with pytest.raises(java.JavaError, match="no working Java"):
        java.version(tmp_path)
