"""The switches that keep every library offline, quiet and repeatable.

They are environment variables, so they must be set before the library is imported, and they must
reach kernels, command lines and servers alike. ``install`` therefore writes them into the kernelspec
and adds a line to the environment's ``site-packages`` that applies them in every Python process;
:func:`apply` is what that line calls.
"""

from __future__ import annotations

import os
import site
import sys

#: Telemetry off.
TELEMETRY = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",  # MLflow and Evidently; MLflow ignores the value 1
    "DVC_NO_ANALYTICS": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "FEAST_USAGE": "False",
    "SCARF_NO_ANALYTICS": "true",
    "METAFLOW_USER": "course",  # Metaflow otherwise asks the system for a name
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "FLWR_TELEMETRY_ENABLED": "0",
}

#: No progress widgets and background threads: their output differs from run to run.
QUIET = {
    "TQDM_DISABLE": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}

#: A notebook that runs again makes its MLflow store anew in the same place. With connections kept
#: open in a pool, MLflow would go on using the deleted file.
STORES = {"MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool"}

#: Packages in the user's home are not the course's. A venv leaves them out, a conda environment
#: would take them before its own.
OWN_PACKAGES = {"PYTHONNOUSERSITE": "1"}

#: One thread per numeric library, a fixed hash seed, one clock and one language, so that sums, sets,
#: dates and messages come out alike.
#: Only for kernels and tests: a service or a benchmark may want every core.
REPEATABLE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "DASK_SCHEDULER": "synchronous",  # Feast's file store computes with dask, whose threads linger
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",  # some C libraries heed it even then
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}

#: Git as a notebook sees it: no signing, no changed line ends, no ignored files that are not the
#: repository's own. DVC and the libraries that it reads repositories with obey these, too.
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

#: A kernel may be started by a program that the course did not start. A kernelspec cannot take a
#: variable away, but to Python and IPython an empty one is none.
NO_OTHER_MODULES = dict.fromkeys(("PYTHONPATH", "PYTHONSTARTUP", "PYTHONOPTIMIZE"), "")

#: What every process gets, and what kernels get.
EVERYWHERE = {**TELEMETRY, **QUIET, **STORES, **OWN_PACKAGES}
KERNEL = {**EVERYWHERE, **REPEATABLE, **GIT, **NO_OTHER_MODULES}


def apply() -> None:
    """Set the switches for every process in this one, where the user has not."""
    for name, value in EVERYWHERE.items():
        os.environ.setdefault(name, value)
    leave_user_site()


def leave_user_site() -> None:
    """Take packages in the user's home off this process's path, as a venv does."""
    if site.ENABLE_USER_SITE:
        # Not by getusersitepackages(): it also turns them on.
        sys.path[:] = [entry for entry in sys.path if entry != site.USER_SITE]
        site.ENABLE_USER_SITE = False


apply()
