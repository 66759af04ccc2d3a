"""Executing the course's notebooks and keeping their files in one form.

The normal form of a lesson: outputs of one clean run from top to bottom, execution counts from 1,
no execution times, no widget state, kernelspec ``python3``, cell ids kept.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring.notebook_parameters import papermill_path
from coursekit.environment.install import DISPLAY_NAME, KERNEL_NAME

KERNELSPEC = {"display_name": DISPLAY_NAME, "language": "python", "name": KERNEL_NAME}
LANGUAGE = {"name": "python", "version": "3.12"}
#: Seconds that one cell may take: to end what hangs, on a busy machine too. The Makefile has it as well.
CELL_TIMEOUT = 1200
NOTEBOOK_FORMAT = 4


class UninterruptedKernel(AsyncKernelManager):
    """A kernel that is ended without an interrupt before, which its log would call an error."""

    async def _async_interrupt_kernel(self) -> None:
        if not self.shutting_down:
            await super()._async_interrupt_kernel()


class RunError(RuntimeError):
    """A notebook did not come to its end; the message says where and why."""


def read(path: Path) -> NotebookNode:
    """Read a notebook as nbformat 4."""
    return nbformat.read(path, as_version=NOTEBOOK_FORMAT)


def write(notebook: NotebookNode, path: Path) -> None:
    """Validate ``notebook`` and write it with a final newline."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, version=NOTEBOOK_FORMAT, ensure_ascii=False)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Remove in place what differs from run to run or from editor to editor; return the notebook."""
    notebook.metadata = NotebookNode(kernelspec=KERNELSPEC, language_info=LANGUAGE)
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        for name in ("execution", "collapsed", "scrolled", "ExecuteTime", "papermill"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            _join_streams(cell)
    return notebook


def run(notebook: NotebookNode, folder: Path) -> None:
    """Execute a lesson in place, as one that lies in ``folder``."""
    from nbclient import NotebookClient

    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=KERNEL_NAME,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        kernel_manager_class=UninterruptedKernel,
    ).execute()


def refresh(path: Path) -> float:
    """Execute the lesson at ``path`` in its folder, write it back normalised, return the seconds."""
    notebook = read(path)
    start = time.perf_counter()
    run(notebook, path.parent)
    seconds = time.perf_counter() - start
    write(normalise(notebook), path)
    return seconds


def execute(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    on_cell: Callable[[int], None] = lambda _: None,
) -> NotebookNode:
    """Execute ``notebook`` with papermill into ``output``, in the notebook's folder.

    Args:
        on_cell: told the position of each cell before it runs, for a progress bar.

    Raises:
        RunError: it did not come to its end; ``output`` holds it as far as it came.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    try:
        return papermill.execute_notebook(
            papermill_path(notebook),
            papermill_path(output),
            parameters=dict(parameters),
            cwd=str(notebook.parent),
            kernel_name=KERNEL_NAME,
            execution_timeout=CELL_TIMEOUT,
            progress_bar=False,
            on_cell_start=lambda cell, cell_index: on_cell(cell_index),
            kernel_manager_class=UninterruptedKernel,
        )
    except PapermillExecutionError as error:
        said = f"Cell [{error.exec_count}] ends in {error.ename}: {error.evalue}"
        raise RunError(said) from error
    except CellTimeoutError as error:
        raise RunError(f"A cell took more than {CELL_TIMEOUT} seconds.") from error
    except RuntimeError as error:  # it died, or did not start
        raise RunError(f"The kernel does not answer: {error}") from error


def nbval_command(notebooks: Iterable[Path]) -> list[str]:
    """The command line that executes ``notebooks`` and compares every output, as CI does."""
    sanitize = paths.course_root() / "tests" / "notebooks" / "sanitize.cfg"
    options = f"--nbval --nbval-cell-timeout {CELL_TIMEOUT} -n auto --dist loadfile".split()
    command = [sys.executable, "-m", "pytest", *options, f"--nbval-sanitize-with={sanitize}"]
    return [*command, *map(str, notebooks)]


def _join_streams(cell: NotebookNode) -> None:
    # A stream arrives in pieces that depend on the machine's speed; stderr is not compared and
    # not kept, since what libraries say there names paths and times.
    joined: list[NotebookNode] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if output.name == "stderr":
                continue
            if joined and joined[-1].output_type == "stream":
                joined[-1].text += output.text
                continue
        if "execution_count" in output:
            output.execution_count = cell.execution_count
        joined.append(output)
    cell.outputs = joined
