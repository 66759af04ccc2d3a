"""Run a lab's notebook with many answers, without a kernel: ``python runner.py < job > result``.

The notebook runs once for each setting, with its own solutions. At each solution cell the process forks for every
answer to be tried there: the child runs the answer instead, and then the cells up to the task's
last test. So an answer costs what its own test costs, and cannot touch what comes after.

Cells run as in IPython without magics: the value of the last expression is the cell's result.
Test cells are scored by nbgrader's own ``determine_grade``; anything on stderr scores 0, as it does
behind nbgrader's Validate button.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_solution

Result = dict[str, Any]


def run(job: dict[str, Any]) -> list[Result]:
    """One result for each of the job's parameters.

    The job names ``notebook`` (its path), ``parameters`` (a list of dicts), ``answers`` (by task and
    name), ``seconds`` for one answer and the modules to ``preload``, which no answer then pays for.
    """
    for module in job["preload"]:
        importlib.import_module(module)
    # Objects that no collection visits stay in the pages that children share with their parent.
    gc.freeze()
    whole = job["seconds"] * sum(map(len, job["answers"].values())) + 60

    def of(parameters: dict[str, Any]) -> Callable[[], Result]:
        return lambda: run_setting(job, parameters)

    return [in_child(of(parameters), whole) for parameters in job["parameters"]]


def run_setting(job: dict[str, Any], parameters: dict[str, Any]) -> Result:
    """Scores of the notebook's own solutions (``reference``) and of every answer."""
    cells = code_cells(nbformat.read(job["notebook"], as_version=4))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    tried: dict[str, dict[str, Result]] = {}
    reference: Result = {"scores": {}, "output": "", "errors": []}
    for place, cell in enumerate(cells):
        task = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
        for name, code in job["answers"].get(task, {}).items():
            remaining = cells[place + 1 :]

            def attempt(code: str = code, remaining: list[NotebookNode] = remaining) -> Result:
                return try_answer(code, remaining, namespace, parameters)

            tried.setdefault(task, {})[name] = in_child(attempt, job["seconds"])
        record(cell, cell.source, namespace, parameters, reference)
    return {"reference": reference, "answers": tried}


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def try_answer(
    code: str, cells: list[NotebookNode], namespace: dict[str, Any], parameters: dict[str, Any]
) -> Result:
    """Run an answer in place of its solution cell, then its task's cells."""
    result: Result = {"scores": {}, "output": "", "errors": []}
    answer = nbformat.v4.new_code_cell(code)
    record(answer, code, namespace, parameters, result)
    following = next((i for i, cell in enumerate(cells) if is_solution(cell)), len(cells))
    own = cells[:following]
    last = max(i for i, cell in enumerate(own) if is_grade(cell))
    for cell in own[: last + 1]:
        record(cell, cell.source, namespace, parameters, result)
    return result


def record(
    cell: NotebookNode,
    source: str,
    namespace: dict[str, Any],
    parameters: dict[str, Any],
    result: Result,
) -> None:
    """Execute one cell and add its score, its output and its error to ``result``."""
    test = is_grade(cell) and not is_solution(cell)
    if test or "parameters" in cell.metadata.get("tags", ()):
        # Grading puts the parameters back before each test: see RestoreParameters.
        source = source if test else ""
        namespace.update(parameters)
    cell.outputs = execute(source, namespace)
    for output in cell.outputs:
        if output.output_type == "error":
            result["errors"].append(f"{output.ename}: {output.evalue}")
        elif test and output.output_type == "stream":
            result["output"] += output.text
    if test:
        result["scores"][cell.metadata.nbgrader.grade_id] = determine_grade(cell)[0]


def execute(source: str, namespace: dict[str, Any]) -> list[NotebookNode]:
    """The outputs of ``source`` as nbformat output nodes."""
    stdout, stderr = io.StringIO(), io.StringIO()
    outputs: list[NotebookNode] = []
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            value = evaluate(source, namespace)
            if value is not None:
                data = {"text/plain": repr(value)}
                outputs.append(nbformat.v4.new_output("execute_result", data=data))
        except BaseException as error:  # whatever an answer raises is its result
            outputs.append(
                nbformat.v4.new_output(
                    "error",
                    ename=type(error).__name__,
                    evalue=str(error),
                    traceback=traceback.format_exc().splitlines(),
                )
            )
    streams = {"stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
    written = [
        nbformat.v4.new_output("stream", name=name, text=text)
        for name, text in streams.items()
        if text
    ]
    return [*written, *outputs]


def evaluate(source: str, namespace: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)


def in_child(work: Callable[[], Result], seconds: float) -> Result:
    """What ``work`` returns in a forked child, or why it did not return in time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        gc.disable()
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            json.dump(work(), pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        ready, _, _ = select.select([pipe], [], [], seconds)
        if not ready:
            os.kill(child, signal.SIGKILL)
        text = pipe.read()
    os.waitpid(child, 0)
    if text:
        return dict(json.loads(text))
    why = "ended without a result" if ready else f"not finished after {seconds:g} seconds"
    return {"scores": {}, "output": "", "errors": [why]}


if __name__ == "__main__":
    # Results leave through a copy of stdout, so that nothing an answer prints gets between.
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    json.dump(run(json.load(sys.stdin)), channel)
    channel.close()
