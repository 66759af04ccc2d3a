"""Names of a lab: what only its test cells bind is not there for an answer, so none may need it."""

from __future__ import annotations

import ast
import builtins
import re

import pytest
from nbformat import NotebookNode

from coursekit import paths
from coursekit.authoring.cells import find_tests, is_answer, is_test
from coursekit.authoring.notebooks import read
from grader.bindings import names_bound, names_imported

LABS = sorted(path.parent.name for path in (paths.course_root() / "labs").glob("*/*.ipynb"))
#: What an answer is likely to use, by lab, beside NumPy and pandas.
LIKELY = {
    "lab01_data_quality": {"hashlib", "json", "yaml", "Path", "tempfile"}
    | {"roc_auc_score", "Column", "DeltaTable", "write_deltalake", "write_csv"},
    "lab04_model_management": {"dt", "hashlib", "itertools", "json", "math", "re", "shutil"}
    | {"statistics", "tempfile", "stats", "mlflow", "MlflowClient", "MlflowException", "Path"}
    | {"ZoneInfo", "Schema", "ColSpec", "ParamSchema", "ParamSpec", "ModelSignature"},
    "lab05_deployment": {
        "asyncio",
        "dt",
        "itertools",
        "json",
        "math",
        "re",
        "sqlite3",
        "statistics",
    }
    | {"Annotated", "Any", "Counter", "Literal", "Path", "closing", "defaultdict", "stats"}
    | {"BaseModel", "ConfigDict", "Field", "ValidationError", "ValidationInfo", "field_validator"}
    | {"model_validator", "FastAPI", "HTTPException", "HttpRequest", "JSONResponse"}
    | {"RequestValidationError", "TensorProto", "helper", "numpy_helper", "onnx", "ort", "to_onnx"}
    | {"DoubleTensorType", "FloatTensorType", "LogisticRegression", "StandardScaler"},
    "lab07_releases_and_experiments": {"hashlib", "itertools", "math", "random", "statistics"}
    | {"Counter", "defaultdict", "optimize", "special", "stats", "make_column_transformer"}
    | {"HistGradientBoostingClassifier", "RandomForestClassifier", "LinearRegression", "Ridge"}
    | {"LogisticRegression", "make_pipeline", "OneHotEncoder", "StandardScaler"},
    "lab08_continuous_training": {"itertools", "math", "random", "statistics", "Counter"}
    | {"defaultdict", "optimize", "special", "stats", "CalibratedClassifierCV"}
    | {"IsotonicRegression", "LinearRegression", "LogisticRegression", "retraining"},
    "lab09_capstone": {"copy", "itertools", "json", "math", "random", "re", "statistics"}
    | {"Counter", "defaultdict", "urlsplit", "optimize", "special", "stats", "capstone"}
    | {"LinearRegression", "LogisticRegression"},
    "lab06_drift_and_monitoring": {"itertools", "math", "statistics", "stats", "Counter"}
    | {"defaultdict", "IsotonicRegression", "LogisticRegression", "roc_auc_score", "slices"}
    | {"adjust", "compare_columns", "scores", "costs", "feeds", "remedies", "watching"},
    "lab03_experiments": {"ast", "itertools", "json", "math", "random", "statistics", "stats"}
    | {"MlflowClient", "roc_auc_score"},
}
_IN_TEXT = re.compile(r"`([^`]+)`")


def notebook(folder: str, lab: str) -> NotebookNode:
    return read(paths.course_root() / folder / lab / f"{lab}.ipynb")


def bound(cells: list[NotebookNode]) -> set[str]:
    found: set[str] = set()
    for cell in cells:
        try:
            found |= names_bound(cell.source)
        except SyntaxError:  # IPython's own commands
            continue
    return found


def leaks(released: NotebookNode, source: NotebookNode) -> dict[str, str]:
    """Names that only test cells bind → who else uses them: an answer, or the lab's text."""
    tests = find_tests(released)
    code = [cell for cell in released.cells if cell.cell_type == "code"]
    theirs = bound([cell for cell in source.cells if is_answer(cell) and cell.cell_type == "code"])
    own = bound([cell for cell in code if not is_test(cell)])
    only = bound(tests) - own - vars(builtins).keys()
    found: dict[str, str] = {}
    for cell in source.cells:
        if cell.cell_type == "code" and is_answer(cell):
            nodes = ast.walk(ast.parse(cell.source))
            used = {node.id for node in nodes if isinstance(node, ast.Name)}
            found |= dict.fromkeys((used & only) - theirs - _local(cell.source), "an answer")
    imported = {name for cell in tests for name in names_imported(cell.source)} & only
    text = "\n".join(cell.source for cell in released.cells if cell.cell_type == "markdown")
    for code_in_text in _IN_TEXT.findall(text):
        words = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", code_in_text))
        found |= dict.fromkeys(words & imported, "the text")
    return found


def _local(source: str) -> set[str]:
    """Names that are bound anywhere in a cell, also in its functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(name, ast.Store()) | ast.arg(name):
                found.add(name)
            case ast.alias(name, other):
                found.add(other or name.split(".")[0])
            case ast.FunctionDef(name) | ast.ClassDef(name):
                found.add(name)
    return found


@pytest.mark.parametrize("lab", LABS)
def test_no_name_leaks_from_a_test(lab: str) -> None:
    assert leaks(notebook("labs", lab), notebook("solutions", lab)) == {}


@pytest.mark.parametrize("lab", LABS)
def test_the_setup_imports_what_answers_are_likely_to_use(lab: str) -> None:
    (setup,) = (cell for cell in notebook("labs", lab).cells if cell.get("id") == "setup")
    assert {"np", "pd"} | LIKELY.get(lab, set()) <= names_imported(setup.source)


def test_a_planted_leak_is_seen() -> None:
    released, source = (notebook(folder, LABS[0]) for folder in ("labs", "solutions"))
    for made in (released, source):
        test = find_tests(made)[0]
        test.source = f"import scipy\nimport statistics\n{test.source}"
    released.cells[0].source += "\n`scipy.stats.norm` may help."
    answer = next(c for c in source.cells if is_answer(c) and c.cell_type == "code")
    answer.source += "\nmean = statistics.mean([1, 2])"
    assert leaks(released, source) == {"scipy": "the text", "statistics": "an answer"}
