"""What a change touches: the lessons, labs and tests that import or read a changed file.

A file depends on what it imports, anywhere in it, and on the modules of ours that it names in a
string, as in a command or a program for another process. A file that nobody imports is read by
those that name it in a string; if none does, by those that name its folder, or else by the modules
beside it. That can be too many; it is too few only where names are put together from parts.
"""

from __future__ import annotations

import ast
import fnmatch
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

#: Every run of pytest loads these, and what they import at their top. What one of their functions
#: imports does not count: else each test would depend on the whole grader.
LOADED_BY_ALL = ("utils/coursecli/pytest_plugin.py", "tests/conftest.py")
SANITIZE = "tests/notebooks/sanitize.cfg"
LESSON = "modules/*.ipynb"
#: Where a lab's solution, release and answers stand, and the tests that try them for each lab.
LAB = re.compile(r"(?:solutions|labs|tests/grading)/(lab\d\d_\w+)/")
LAB_TESTS = (
    "tests/notebooks/test_labs.py",
    "tests/integration/test_grade_labs.py",
    "tests/grading/test_lab_answers.py",
)
_SYSTEM = "tests/unit/coursekit/authoring/test_system_picture.py"
_GLOSSARY = "tests/notebooks/test_glossary.py"
_RULES = ("tests/notebooks/test_hygiene.py", "tests/unit/coursekit/authoring/test_outline.py")
_START = "modules/00_introduction/01_start_here.ipynb"
#: Who reads the files that fit a pattern, where their names in strings would find too many.
READERS = {
    # The start page states what is written and how long it takes.
    LESSON: (*_RULES, _SYSTEM, _GLOSSARY, _START),
    "labs/*": _RULES,
    "solutions/*": (*_RULES, _GLOSSARY, "tests/grading/test_lab_cells.py"),
    "tests/grading/lab??_*": (),
    "modules/outline.yml": (*_RULES, _START, "tests/integration/test_cli.py"),
    "modules/course_map.svg": _RULES,
    "modules/system/*": (_SYSTEM,),
    "modules/glossary.md": (_GLOSSARY,),
}
#: What the environment is made from: no choice of tests can tell what a change to it does.
ENVIRONMENT = ("pyproject.toml", "requirements/*", ".python-version", "environment.yml")
#: What no test reads, unless its path stands somewhere.
UNREAD = ("*.md", "LICENSE", ".gitignore", ".ci/*", "benchmarks/*", "postBuild", "*/ruff.toml")
#: Where helpers stand that tests of all folders import.
HELPERS = "tests/helpers"
#: Python files that nobody imports: answers, attacks and faults are read as data.
READ_AS_DATA = re.compile(r"tests/grading/(lab\d\d_\w+|attacks|faults)/")
_OURS = re.compile(r"\b(?:churn|coursekit|grader|coursecli)(?:\.\w+)+")


@dataclass(frozen=True)
class Selection:
    """What is to run for a change, as paths in the repository.

    Attributes:
        lessons: to be executed and compared.
        tests: files of tests.
        labs: names of the labs that are to be solved, graded and tried on their answers.
        unclear: changed files of which nobody knows who reads them: everything runs for them.
        environment: changed files that only an installation and all tests can judge.
    """

    lessons: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


class Repository:
    """The files of a checkout, as paths with forward slashes, and who depends on whom."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        """``files`` may name such as are gone: what used to import them depends on them still."""
        self.root = root
        self.files = sorted(set(files))
        self.lessons = fnmatch.filter(self.files, LESSON)
        labs = [path for path in self.files if path.startswith("solutions/")]
        self.labs = sorted({LAB.match(path)[1] for path in labs if LAB.match(path)})  # type: ignore[index]
        self.tests = [p for p in self.files if fnmatch.fnmatch(p, "tests/*/test_*.py")]

    def select(self, changed: Iterable[str]) -> Selection:
        """What is to run when the files of ``changed`` have changed."""
        files = set(changed)
        environment = sorted(path for path in files if _matches(path, ENVIRONMENT))
        readers = {path: self._readers(path) for path in sorted(files.difference(environment))}
        labs = {found[1] for found in map(LAB.match, files) if found}
        unclear = [path for path, found in readers.items() if found is None]
        touched = _closure(files.union(*filter(None, readers.values())), self._importers)
        if unclear or files & self._loaded_by_all:
            touched.update(self.lessons, self.tests)
        if SANITIZE in files:
            touched.update(self.lessons)
        if touched.intersection(LAB_TESTS):
            labs.update(self.labs)
        labs.update(lab for lab in self.labs if f"solutions/{lab}/{lab}.ipynb" in touched)
        alive = {path for path in touched if (self.root / path).exists()}
        return Selection(
            lessons=tuple(path for path in self.lessons if path in alive),
            tests=tuple(path for path in self.tests if path in alive.difference(LAB_TESTS)),
            labs=tuple(sorted(labs.intersection(self.labs))),
            unclear=tuple(unclear),
            environment=tuple(environment),
        )

    @cached_property
    def _code(self) -> dict[str, ast.Module]:
        """The syntax trees of modules, tests and notebooks."""
        trees = {}
        for path in self.files:
            kind = PurePosixPath(path).suffix
            notebook = kind == ".ipynb" and path.startswith(("modules/", "solutions/"))
            if (kind == ".py" and not READ_AS_DATA.match(path)) or notebook:
                trees[path] = _parse(self.root / path)
        return trees

    @cached_property
    def _modules(self) -> dict[str, str]:
        """The path of each module in utils/ by its dotted name."""
        found = {}
        for path in self.files:
            if path.startswith("utils/") and path.endswith(".py"):
                parts = PurePosixPath(path).with_suffix("").parts[1:]
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    @cached_property
    def _imports(self) -> dict[str, set[str]]:
        """What each file depends on directly."""
        return {
            path: {found for name in _names(tree, path) for found in self._resolve(name, path)}
            for path, tree in self._code.items()
        }

    @cached_property
    def _importers(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path, imported in self._imports.items():
            for each in imported:
                found.setdefault(each, set()).add(path)
        return found

    @cached_property
    def _loaded_by_all(self) -> set[str]:
        at_top = {
            path: {
                found
                for statement in tree.body
                if isinstance(statement, ast.Import | ast.ImportFrom)
                for name in _imported(statement, path)
                for found in self._resolve(name, path)
            }
            for path, tree in self._code.items()
        }
        return _closure(set(LOADED_BY_ALL), at_top)

    def _resolve(self, name: str, importer: str) -> Iterator[str]:
        """The files that are executed when ``importer`` imports a dotted name, or part of it."""
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            path = self._modules.get(".".join(parts[:length]))
            if path:
                yield path
        # Helpers of tests are imported by their bare name: from the folder that all share, from the
        # same folder, or from above.
        if importer.startswith("tests/"):
            for folder in (HELPERS, *PurePosixPath(importer).parents):
                path = f"{folder}/{parts[0]}.py"
                if path in self.files:
                    yield path
                    break

    def _readers(self, path: str) -> set[str] | None:
        """Who reads a file without importing it; None where that is not known.

        That is who names it or, if it is no code, the nearest of its folders that is named or holds
        code.
        """
        for pattern, known in READERS.items():
            if fnmatch.fnmatch(path, pattern):
                return set(known)
        unread = _matches(path, UNREAD)
        found = self._who_names(path, by_name=not unread)
        if found or unread or path in self._code:
            return found
        for folder in map(str, PurePosixPath(path).parents[:-1]):
            beside = {each for each in self._code if str(PurePosixPath(each).parent) == folder}
            found = self._who_names(folder) or beside
            if found:
                return found
        return None

    def _who_names(self, place: str, by_name: bool = True) -> set[str]:
        """The code with a string that is this path, an end of it or, if that will do, its name."""
        name = PurePosixPath(place).name

        def named(text: str) -> bool:
            return f"/{place}".endswith(f"/{text}") and (text != name or by_name)

        return {path for path, texts in self._strings.items() if any(map(named, texts))}

    @cached_property
    def _strings(self) -> dict[str, set[str]]:
        return {path: set(_strings(tree)) for path, tree in self._code.items()}


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


def _parse(path: Path) -> ast.Module:
    """The code of a module or of a notebook's cells; nothing of a file that is gone or broken."""
    if not path.exists():
        return ast.Module([], [])
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return ast.parse(text)
    cells = json.loads(text)["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return ast.Module([statement for source in sources for statement in _cell(source)], [])


def _cell(source: str) -> list[ast.stmt]:
    # Lines that only IPython understands import nothing.
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n")]
    try:
        return ast.parse("\n".join(lines)).body
    except SyntaxError:  # a cell that shows an error
        return []


def _names(tree: ast.Module, path: str) -> Iterator[str]:
    """The dotted names that a file imports, and those of our modules that its strings hold."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node, path)
    for text in _strings(tree):
        yield from _OURS.findall(text)


def _imported(node: ast.Import | ast.ImportFrom, path: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    package = ".".join(PurePosixPath(path).parts[1:-1])
    start = "." * node.level + (node.module or "")
    module = importlib.util.resolve_name(start, package)
    yield from (f"{module}.{alias.name}" for alias in node.names)


def _strings(tree: ast.Module) -> Iterator[str]:
    """String constants, without those that are documentation."""
    nodes = list(ast.walk(tree))
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and id(node) not in documentation:
            yield text


def _closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    """``start`` and all that can be reached from it."""
    found: set[str] = set()
    waiting = set(start)
    while waiting:
        place = waiting.pop()
        found.add(place)
        waiting |= edges.get(place, set()) - found
    return found
