"""The notebook of another lab was handed in under the name of this one."""

STATUS = "failed"
REASON = "wrong lab: the notebook has none of the cells of lab99_tiny"
SCORE = 0


def fault(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.id = f"other-{cell.id}"
            cell.metadata.nbgrader["grade_id"] = cell.id
            cell.source = "1 + 1"
    return notebook
