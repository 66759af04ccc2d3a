"""The environment that a child process starts from: known, whoever owns the machine.

A machine's owner sets tools up for other work: packages that go elsewhere (``PIP_TARGET``,
``UV_SYSTEM_PYTHON``), modules that stand before ours (``PYTHONPATH``, the user's site-packages),
signed commits, a cell that shows each of its values, a tracking server. :func:`environment` is the
process's environment without these, and with the course's switches and folders in their place.
Whoever starts a child hands it that (a test holds it); :func:`enter` and :func:`start_over` have a
process itself live by it: the course's kernels and the ``course`` command.

What stays: proxies and certificates; what is not a setting of the tools named in ``FAMILIES``; and
the course's own variables. How set-up reaches a package registry is said in ``registry``.

Needs Python 3.9 and nothing else, because set-up uses it before anything is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

from coursekit.environment import switches

#: The beginnings of the names of settings: of a whole tool, or one by one where a tool has some that
#: belong to the machine.
FAMILIES = (
    *("PIP_", "UV_", "PYTHON", "GIT_", "DVC_", "IPYTHON", "JUPYTER_", "JUPYTERLAB_", "MLFLOW_"),
    *("FEAST_", "GX_", "EVIDENTLY_", "OPTUNA_", "METAFLOW_", "PAPERMILL_", "DASK_", "POLARS_"),
    *(
        "PYSPARK_",
        "SPARK_HOME",
        "SPARK_CONF_DIR",
        "PYTEST_ADDOPTS",
        "PYTEST_PLUGINS",
        "MYPYPATH",
        "RUFF_",
    ),
    "MATPLOTLIBRC",
)
#: Names in these families that stay. Certificates; who may enter the Jupyter server, and by what its
#: kernels start; where and when Python writes, which changes nothing that it computes.
KEPT = (
    *("PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH"),
    *("JUPYTER_TOKEN", "JUPYTER_DEFAULT_PROVISIONER_NAME"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX"),
)
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
#: The path of a Unix socket has at most 103 bytes on macOS, 107 on Linux. Python's multiprocessing
#: adds 33 to that of the temporary folder, the grader's kernels less.
LONGEST_TEMPORARY = 64
#: Which settings were kept out, for ``course doctor``.
KEPT_OUT = "COURSE_KEPT_OUT"


def environment(*more: Mapping[str, str]) -> dict[str, str]:
    """What a child process starts with; ``more`` is added, the last word counts."""
    known = without_owners(os.environ)
    for part in (switches.EVERYWHERE, own_folders(), *more):
        known.update(part)
    return known


def without_owners(environ: Mapping[str, str]) -> dict[str, str]:
    """``environ`` without the settings of the machine's owner."""
    out = of_owner(environ)
    return {name: value for name, value in environ.items() if name not in out}


def of_owner(environ: Mapping[str, str]) -> set[str]:
    """The names of the settings in ``environ`` that have to stay outside."""
    ours = {
        **switches.KERNEL,
        **own_folders(),
    }  # what says the same as these is none of the owner's
    foreign = {name for name in environ if name.startswith(FAMILIES) and name not in KEPT}
    unfit = {
        name
        for name in TEMPORARY
        if os.name == "posix" and name in environ and not fit_for_sockets(environ[name])
    }
    return unfit | {name for name in foreign if environ[name] != ours.get(name)}


def fit_for_sockets(folder: str) -> bool:
    """Whether Unix sockets below a temporary folder work in every tool."""
    return folder.isascii() and len(folder) <= LONGEST_TEMPORARY and os.access(folder, os.W_OK)


def own_folders() -> dict[str, str]:
    """The settings and data of IPython, Jupyter and DVC: the environment's own, not those at home.

    At home stand the owner's profile, kernels, extensions and remotes.
    """
    base = os.path.join(sys.prefix, "var")
    if not os.access(sys.prefix, os.W_OK):  # an environment that several people use
        base = os.path.join(os.path.expanduser("~"), ".cache", "ml-in-production")
    return {
        "IPYTHONDIR": os.path.join(base, "ipython"),
        "JUPYTER_CONFIG_DIR": os.path.join(base, "jupyter-config"),
        "JUPYTER_DATA_DIR": os.path.join(base, "jupyter-data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "DVC_GLOBAL_CONFIG_DIR": os.path.join(base, "dvc"),
        "DVC_SYSTEM_CONFIG_DIR": os.path.join(base, "dvc"),
    }


def enter() -> None:
    """Have this process, and what it starts, live by the known environment.

    What Python itself reads at its start stays as it is: see :func:`start_over`.
    """
    out = {name for name in of_owner(os.environ) if not name.startswith("PYTHON")}
    for name in out:
        del os.environ[name]
    if out & set(TEMPORARY):
        tempfile.tempdir = None
    _note(out)
    os.environ.update({**switches.EVERYWHERE, **own_folders()})


def start_over(arguments: Sequence[str]) -> None:
    """Enter; where settings have reached into this Python itself, run the program anew without them.

    Args:
        arguments: of a Python that does the same as this one, from ``-m`` on.
    """
    reached = {name for name in of_owner(os.environ) if name.startswith("PYTHON")}
    enter()
    if not reached:
        return
    _note(reached)
    command = [sys.executable, *arguments]
    if os.name == "posix":
        os.execve(sys.executable, command, environment())
    sys.exit(subprocess.run(command, env=environment(), check=False).returncode)


def _note(out: set[str]) -> None:
    if out:
        os.environ[KEPT_OUT] = " ".join(sorted({*out, *os.environ.get(KEPT_OUT, "").split()}))
