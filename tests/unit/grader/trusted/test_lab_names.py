"""What a lab's source says about names: who imports them, and whose they are."""

from pathlib import Path

import nbformat

from graded_cells import answer_cell, test_cell
from grader.trusted.lab_names import LabNames, names_of


def test_names_of_a_source_notebook(tmp_path: Path) -> None:
    setup = (
        "import numpy as np, os.path\nfrom math import sqrt as root\nfor i in range(3):\n    k = i"
    )
    solution = answer_cell("task", "import json\ndef task(): inner = 1\nmine: int = 3")
    cells = [nbformat.v4.new_code_cell(setup), nbformat.v4.new_code_cell("%magic"), solution]
    test = test_cell("test", "import secrets\nof_test = 1", points=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[*cells, test]), tmp_path / "lab.ipynb")
    assert names_of(tmp_path / "lab.ipynb") == LabNames(
        {"np": ("numpy", None), "os": ("os", None), "root": ("math", "sqrt")},
        frozenset({"i", "k", "task", "mine"}),
        ("json", "math", "numpy", "os.path", "secrets"),
    )
