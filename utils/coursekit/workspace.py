"""A fresh, private folder for every notebook, with nothing in it that differs from run to run."""

from __future__ import annotations

import random
import shutil
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit import paths
from coursekit.environment import mlflow_store

#: Folders of the workspaces that this process has opened.
_opened: set[Path] = set()


@dataclass(frozen=True)
class Workspace:
    """A notebook's own folder; made by :func:`open_workspace`.

    Attributes:
        name: as given.
        path: the folder. It is empty at the start and stays until the notebook runs again, or,
            where that was asked for, as long as its kernel runs.
        seed: what ``random`` and ``numpy.random`` were seeded with.
    """

    name: str
    path: Path
    seed: int

    def __str__(self) -> str:
        return f"workspace {self.name!r}: an empty folder, seed {self.seed}, telemetry off"

    # Notebooks print workspaces; the folder's full path would differ between machines.
    __repr__ = __str__

    def __truediv__(self, part: str) -> Path:
        """``workspace / "part"`` is the path of a file in the workspace."""
        return self.path / part

    def tree(self) -> str:
        """The files below the folder with their sizes in kB, one a line, in alphabetical order."""
        files = sorted(p for p in self.path.rglob("*") if p.is_file())
        return "\n".join(
            f"{p.relative_to(self.path).as_posix()}  {p.stat().st_size / 1000:.1f} kB"
            for p in files
        )

    def use_mlflow(self, experiment: str = "churn") -> str:
        """Point MLflow at an empty store of this workspace and return the store's URI.

        The store is an SQLite file, ``mlflow.db``, with the artefacts in ``artifacts/`` beside
        it. Creating its tables takes seconds, so they are copied from a template that is made
        once per MLflow version.
        """
        import mlflow

        database = self.path / mlflow_store.FILE
        if not database.exists():
            mlflow_store.begin(self.path)
        uri = mlflow_store.uri(database)
        mlflow_store.open_quietly()
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)
        client = mlflow.MlflowClient()
        if client.get_experiment_by_name(experiment) is None:
            client.create_experiment(experiment, (self.path / "artifacts").as_uri())
        mlflow.set_experiment(experiment)
        return uri


def open_workspace(name: str, *, seed: int = 0, keep: bool = False) -> Workspace:
    """Make the folder of notebook ``name`` anew and fix what would make its output vary.

    The folder is ``workspace/<name>`` in the course (or below ``COURSE_WORKSPACE``). What an
    earlier run left there is deleted. Python's and NumPy's global generators are seeded,
    scikit-learn shows estimators as text, and figures get the course's style.

    Args:
        name: letters, digits, ``-``, ``_`` and ``/`` only.
        seed: for ``random`` and ``numpy.random``.
        keep: leave what is there when this kernel opens the workspace again, as the setup cell of a
            lab does that is run again. A kernel that has been restarted begins with an empty folder,
            and stderr (which no comparison of outputs reads) says what is gone.

    Raises:
        ValueError: for an illegal name.
    """
    folder = _folder(name)
    if not (keep and folder in _opened):
        if keep:
            _say_what_goes(name, folder)
        if folder.exists():
            mlflow_store.set_aside(folder)
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _opened.add(folder)
    random.seed(seed)
    np.random.seed(seed)
    _plain_output()
    return Workspace(name, folder, seed)


def _say_what_goes(name: str, folder: Path) -> None:
    files = sum(path.is_file() for path in folder.rglob("*"))
    if files:
        print(
            f"The workspace {name} is emptied: it held {files} file{'s' if files > 1 else ''} of an "
            "earlier session. Run the cells of your tasks again, from the first one on.",
            file=sys.stderr,
        )


def _folder(name: str) -> Path:
    parts = name.split("/")
    if not all(part and part.replace("-", "").replace("_", "").isalnum() for part in parts):
        raise ValueError(f"a workspace name has letters, digits, - and _ only, not {name!r}")
    return paths.workspaces().joinpath(*parts)


def _plain_output() -> None:
    import matplotlib.pyplot as plt
    import pandas as pd
    import sklearn

    sklearn.set_config(display="text")
    pd.set_option("display.width", 100)
    # By default pandas asks whether it runs in a terminal, and answers otherwise under nbval.
    pd.set_option("display.max_columns", 20)
    pd.set_option("display.precision", 3)
    plt.rcParams.update(
        {
            "figure.figsize": (7, 3.5),
            "figure.dpi": 96,
            "figure.constrained_layout.use": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.alpha": 0.3,
            "svg.hashsalt": "course",
        }
    )
    # Announcements of future versions of a library are for its developers, not for learners.
    warnings.filterwarnings("ignore", category=FutureWarning)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
