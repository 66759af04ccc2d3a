"""Which modules a lab imports."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.lab_imports import imported_modules


def test_imports_are_found_in_all_code_cells(tmp_path: Path) -> None:
    cells = [
        new_code_cell("import numpy as np, pandas\nfrom feast.types import Int64"),
        new_code_cell("def f():\n    import wave\n    from . import sibling\n    return wave"),
        new_code_cell("%matplotlib inline\nimport colorsys"),
        new_markdown_cell("import this"),
        new_code_cell("import mlflow"),
    ]
    path = tmp_path / "lab.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    parts = ("mlflow", "mlflow.pyfunc", "mlflow.sklearn", "mlflow.store.tracking.sqlalchemy_store")
    assert imported_modules(path) == ("feast.types", *parts, "numpy", "pandas", "wave")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"cells": [1]}', '{"cells": null}'])
def test_what_is_no_notebook_imports_nothing(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "lab.ipynb"
    if text is not None:
        path.write_text(text)
    assert imported_modules(path) == ()
