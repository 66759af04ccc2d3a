"""Lab 09 hands over a colleague's jobs: what the learner is shown is what is proved to be wrong."""

from __future__ import annotations

import harness
import pytest

from coursekit.authoring.notebooks import read

LAB = "lab09_capstone"
TASKS = ("settings", "feature_table", "gate", "month_end", "release")


@pytest.mark.parametrize("task", TASKS)
def test_the_job_that_is_handed_over_is_tried_as_a_wrong_answer(task: str) -> None:
    notebook = read(harness.notebook_path(LAB))
    cells = {cell.id: cell for cell in notebook.cells}
    order = list(cells)
    shown, ran = cells[f"old_{task}"], cells[f"run_old_{task}"]
    assert order.index(f"run_old_{task}") < order.index(task)
    assert not any(cell.metadata.get("editable", True) for cell in (shown, ran))
    assert f"old_{task}(" in ran.source
    (tried,) = (
        answer
        for answer in harness.answers(LAB)
        if (answer.task, answer.name) == (task, "wrong_colleague")
    )
    code = shown.source.replace(f"def old_{task}(", f"def {task}(")
    assert tried.code.partition('"""\n')[2].strip() == code.strip()
