"""The parameters of a lab: written into what is handed out, put back before it is graded."""

import ast
import csv
from copy import deepcopy
from dataclasses import fields
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from papermill.parameterize import parameterize_notebook

from coursekit.authoring.cells import is_test, task_name
from coursekit.variants import Parameters

PARAMETERS = "parameters"
INJECTED = "injected-parameters"
GUARD = "restored-parameters"
_COMMENT = "Handed out to you"
_COLUMNS = tuple(field.name for field in fields(Parameters))


def tags(cell: NotebookNode) -> list[str]:
    found = cell.metadata.get("tags", [])
    return found if isinstance(found, list) else []


def find_parameters_cell(notebook: NotebookNode) -> NotebookNode | None:
    """The code cell tagged `parameters`, or None when a lab has no variants."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and PARAMETERS in tags(cell):
            return cell
    return None


def assigned(source: str) -> tuple[dict[str, object], bool]:
    """The constants that a cell assigns to names, and whether it does nothing else."""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}, False
    found: dict[str, object] = {}
    only = True
    for statement in statements:
        match statement:
            case ast.Assign([ast.Name(name)], ast.Constant(value)):
                found[name] = value
            case _:
                only = False
    return found, only


def constants(source: str) -> dict[str, object] | None:
    """What a cell assigns, if it does nothing but give constants to the parameters; else None."""
    found, only = assigned(source)
    return found if only and found.keys() <= set(_COLUMNS) else None


def is_injected(cell: NotebookNode) -> bool:
    """Whether a cell that may have lost its tag is the one that hands out a variant."""
    known = cell.get("id") == INJECTED or cell.source.startswith(f"# {_COMMENT}\n")
    return cell.cell_type == "code" and known and bool(constants(cell.source))


def inject(notebook: NotebookNode, parameters: Parameters) -> NotebookNode:
    """Let papermill write `parameters` below the cell tagged `parameters`.

    Nothing is added that differs from run to run: the new cell's id is fixed and papermill's own
    record in the notebook's metadata is left out.
    """
    notebook = deepcopy(notebook)
    notebook.metadata["papermill"] = NotebookNode()
    for cell in notebook.cells:
        cell.metadata["tags"] = tags(cell)  # papermill expects a list in each cell
    notebook = parameterize_notebook(notebook, dict(vars(parameters)), comment=_COMMENT)
    del notebook.metadata["papermill"]
    for cell in notebook.cells:
        if INJECTED in tags(cell):
            cell["id"] = INJECTED
        if not tags(cell):
            del cell.metadata["tags"]
    return notebook


def restore(notebook: NotebookNode, template: NotebookNode, parameters: Parameters) -> NotebookNode:
    """Undo whatever a learner did to the parameters.

    The original `parameters` cell and one injected cell stand before the first code cell; all
    other copies are dropped. One into which a learner has written more stays, as a cell of their
    own, and the first one before the original. A guard with the same values goes before each test,
    since a learner can also assign `variant` anew in a cell of their own.
    """
    restored = deepcopy(notebook)
    cells: list[NotebookNode] = []
    written: set[int] = set()
    for cell in restored.cells:
        if _stands_for_parameters(cell, template):
            if _is_plain(cell, template):
                continue
            cell["id"] = f"own-{PARAMETERS}-{len(written) + 1}"  # the original has its id
            written.add(id(cell))
        if {PARAMETERS, INJECTED, GUARD} & set(map(str, tags(cell))):
            marks = (PARAMETERS, INJECTED, GUARD)
            cell.metadata["tags"] = [tag for tag in tags(cell) if tag not in marks]
        cells.append(cell)
    first = next(
        (i for i, cell in enumerate(cells) if cell.cell_type == "code" and id(cell) not in written),
        len(cells),
    )
    restored.cells = [*cells[:first], deepcopy(template), *cells[first:]]
    restored = inject(restored, parameters)
    values = next(cell.source for cell in restored.cells if INJECTED in tags(cell))
    restored.cells = [part for cell in restored.cells for part in _guarded(cell, values)]
    return restored


def _is_plain(cell: NotebookNode, template: NotebookNode) -> bool:
    """Whether nothing is lost with a cell that stands for the parameters."""
    known = cell.source == template.source or constants(cell.source) is not None
    return cell.cell_type == "code" and known


def _stands_for_parameters(cell: NotebookNode, template: NotebookNode) -> bool:
    own = task_name(template) or None
    task = task_name(cell) or None
    # The tag on a graded cell is a learner's doing: the tag goes, the cell stays.
    marked = {PARAMETERS, INJECTED, GUARD} & set(map(str, tags(cell)))
    return bool(marked) and (task is None or task == own)


def _guarded(cell: NotebookNode, values: str) -> list[NotebookNode]:
    if not is_test(cell):
        return [cell]
    guard = nbformat.v4.new_code_cell(values, metadata={"tags": [GUARD]})
    return [guard, cell]


def write_record(path: Path, handed_out: list[Parameters]) -> None:
    """Write who got which variant, sorted by learner; the whole record or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with draft.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for line in sorted(handed_out, key=lambda parameters: parameters.student_id):
            table.writerow((line.student_id, line.variant, line.source))
    draft.replace(path)


def read_record(path: Path) -> dict[str, Parameters]:
    """Parameters by learner; empty when the lab was never released by variant."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {
            row["student_id"]: Parameters(row["student_id"], int(row["variant"]), row["source"])
            for row in csv.DictReader(file)
        }
