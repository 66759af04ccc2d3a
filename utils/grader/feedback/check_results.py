"""What a learner may read of a test cell: visible messages, and hidden tests by title and hint.

A hidden test's title is the name of its :meth:`coursekit.checks.Rubric.check`, or the message of its
`assert` where that is plain text. Its hint is a comment `# hint: …` in the check, or else says in
general terms what happened. Neither its code nor the values in its message are shown.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

from coursekit.authoring.cells import is_test
from grader import cell_errors
from grader.bindings import names_imported, names_meant

_BEGIN = ClearHiddenTests.begin_test_delimeter.default_value
_END = ClearHiddenTests.end_test_delimeter.default_value
_HINT = re.compile(r"#\s*hint:\s*(.+)", re.IGNORECASE)
_PRINTED = re.compile(r"([✔✘]) (.+)")
_COUNT = re.compile(r"\d+ of \d+ checks passed")
_RAISED = re.compile(r"your code raised (\w+)\b")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
#: What a check says of a function that is still as it was handed out.
NOTHING_YET = "nothing is written here yet"
#: What a check says of a name that is not there, and what is said instead after all cells have run.
_RUN_IT_FIRST = ": run the cell that defines it first"
_UNDEFINED = re.compile(r"`\w+` is not defined[:,] .+")
_NOWHERE = ": no cell above this test defines it"
_ONLY_TESTS = ": only a test imports it, for itself; import it in your own cell"
_NAME_ERROR = re.compile(r"name '(\w+)' is not defined(.*)")
_PLACE = re.compile(r" \([^()]*, line \d+\)$")
_LONGEST = 160
_GENERAL = "not right for inputs that you have not seen"
_UNTITLED = "a hidden test"


@dataclass(frozen=True)
class CheckResult:
    """One test as the learner sees it.

    Attributes:
        message: what is wrong, or the hint of a hidden test; empty if it passed.
        undefined: the message, also of a hidden test, if it says that a name is not defined.
    """

    title: str
    passed: bool
    message: str = ""
    undefined: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        said = f": {self.message}" if self.message else ""
        return f"{'✔' if self.passed else '✘'} {self.title}{said}"


@dataclass(frozen=True)
class _Title:
    """The title of a check as its source writes it; values in an f-string may be any text."""

    pattern: re.Pattern[str]
    literals: int
    hidden: bool
    hint: str


@dataclass(frozen=True)
class RubricSource:
    """The source of a test cell, hidden tests included."""

    source: str

    @cached_property
    def hidden_lines(self) -> frozenset[int]:
        """Numbers of the lines from each mark to the next, from 1."""
        found, inside = set(), False
        for number, line in enumerate(self.source.split("\n"), start=1):
            inside = inside or _BEGIN in line
            if inside:
                found.add(number)
            inside = inside and _END not in line
        return frozenset(found)

    @cached_property
    def _statements(self) -> list[ast.stmt]:
        try:
            tree = ast.parse(self.source)
        except SyntaxError:
            return []
        return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]

    @cached_property
    def _titles(self) -> list[_Title]:
        """Titles of all checks; those with most literal text, then hidden ones, come first."""
        found = []
        for node in self._statements:
            for item in node.items if isinstance(node, ast.With) else []:
                call = item.context_expr
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "check":
                    parts = _parts(call)
                    text = "".join(".+?" if part is None else re.escape(part) for part in parts)
                    literals = sum(len(part or "") for part in parts)
                    pattern = re.compile(f"({text})(?:: (.*))?")
                    hidden = node.lineno in self.hidden_lines
                    found.append(_Title(pattern, literals, hidden, self._hint(node)))
        return sorted(found, key=lambda title: (-title.literals, not title.hidden))

    def _hint(self, node: ast.stmt) -> str:
        lines = self.source.split("\n")[node.lineno - 1 : node.end_lineno]
        return next((found[1].strip() for line in lines if (found := _HINT.search(line))), "")

    def printed(self, line: str) -> CheckResult | None:
        """A line that a rubric printed; None for any other line."""
        found = _PRINTED.fullmatch(line)
        if found is None:
            return None
        passed = found[1] == "✔"
        for title in self._titles:
            match = title.pattern.fullmatch(found[2])
            if match is None:
                continue
            if passed:
                return CheckResult(found[2], True)
            said = match[2] or ""
            message = _hinted(said, title.hint) if title.hidden else said
            return CheckResult(match[1], False, message, _undefined(said))
        return CheckResult(found[2].split(": ")[0], passed, "" if passed else _GENERAL)

    def failed(self, output: NotebookNode, count: int | None) -> CheckResult:
        """The error that ended the cell; `count` is the cell's number in the kernel."""
        name, said = output.ename, _COLOUR.sub("", output.evalue)
        if name in cell_errors.ALL:
            return CheckResult("the test did not end", False, said)
        message = _message(name, said)
        lines = _lines(output.traceback, count)
        hidden = lines & self.hidden_lines
        if not self.hidden_lines or (lines and not hidden):
            return CheckResult("the test", False, message, _undefined(message))
        around = [n for n in self._statements if n.lineno <= max(hidden, default=0) <= _end(n)]
        if not around:
            return CheckResult(_UNTITLED, False, _hinted(message), _undefined(message))
        statement = max(around, key=lambda node: node.lineno)
        hint = _hinted(message, self._hint(statement))
        return CheckResult(_assertion(statement) or _UNTITLED, False, hint, _undefined(message))


def checks(cell: NotebookNode) -> list[CheckResult]:
    """What happened in a test cell that has run, in the order in which it was said."""
    test = RubricSource(cell.source)
    found: list[CheckResult] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream" and output.name == "stdout":
            found += [check for line in output.text.splitlines() if (check := test.printed(line))]
        elif output.output_type == "error":
            found.append(test.failed(output, cell.get("execution_count")))
    return found


def failures(cell: NotebookNode) -> list[str]:
    """A line for each test that did not pass; one for all where nothing is written yet."""
    failed = [check for check in checks(cell) if not check.passed]
    if len(failed) > 1 and {check.message for check in failed} == {NOTHING_YET}:
        return [f"✘ {NOTHING_YET}"]
    return _told(failed)


def shown(cell: NotebookNode) -> list[str]:
    """The lines that a learner may read below a test cell with hidden tests."""
    printed = [o.text for o in cell.get("outputs", []) if o.output_type == "stream"]
    counts = [line for text in printed for line in text.splitlines() if _COUNT.fullmatch(line)]
    return _told(checks(cell)) + counts[-1:]


def _told(found: list[CheckResult]) -> list[str]:
    """A line for each check, and one for all that lack a name that a visible one lacks."""
    lacking = {check.undefined for check in found if check.undefined == check.message} - {""}
    told: list[str] = []
    for check in found:
        line = f"✘ {check.undefined}" if check.undefined in lacking else str(check)
        if check.undefined not in lacking or line not in told:
            told.append(line)
    return told


def explain_undefined(notebook: NotebookNode) -> None:
    """Have the tests of a notebook that has run say why a name that they ask for is not defined.

    While learners work, "run the cell that defines it first" is what they should do. After all
    cells have run, the reason lies in the cell that was to define the name.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    reasons: dict[str, str] = {}
    for cell in code:
        end = "" if is_test(cell) else end_of(cell)
        for name in names_meant(cell.source) if end else ():
            reasons.setdefault(name, f", because its cell {end}")
    for cell in (cell for cell in code if is_test(cell)):
        for name in names_imported(cell.source):
            reasons.setdefault(name, _ONLY_TESTS)
    for output in [output for cell in code if is_test(cell) for output in cell.outputs]:
        _explain(output, reasons)


def _explain(output: NotebookNode, reasons: dict[str, str]) -> None:
    if output.output_type == "stream":
        output.text = re.sub(
            rf"`(\w+)` is not defined{_RUN_IT_FIRST}",
            lambda found: f"`{found[1]}` is not defined{reasons.get(found[1], _NOWHERE)}",
            output.text,
        )
    elif output.output_type == "error" and output.ename == "NameError":
        found = _NAME_ERROR.match(output.evalue)
        if found is not None:
            output.evalue = f"name '{found[1]}' is not defined{reasons.get(found[1], _NOWHERE)}"


def end_of(cell: NotebookNode) -> str:
    """How a cell ended before its end, as the rest of a sentence; empty if it did not."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return ""
    name, said = errors[-1].ename, " ".join(_COLOUR.sub("", errors[-1].evalue).split())
    if name == cell_errors.NO_INPUT:
        return cell_errors.ASKED
    if name == cell_errors.TIMEOUT:
        # nbgrader's own `Execute` does not say after how many seconds.
        return f"was {said}" if said else "took too long and was stopped"
    end = _PLACE.sub("", f"ended with {name}: {said}" if said else f"ended with {name}")
    return end if len(end) <= _LONGEST else f"{end[:_LONGEST]}…"


def _undefined(message: str) -> str:
    return message if _UNDEFINED.fullmatch(message) else ""


def _parts(call: ast.Call) -> list[str | None]:
    """The title's literal parts, None in place of each value."""
    named = [word.value for word in call.keywords if word.arg == "name"]
    title = (call.args + named + [None])[0]
    if isinstance(title, ast.JoinedStr):
        return [_text(part) for part in title.values]
    return [_text(title)]


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _assertion(statement: ast.stmt) -> str:
    return (_text(statement.msg) or "") if isinstance(statement, ast.Assert) else ""


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _lines(traceback: list[str], count: int | None) -> set[int]:
    """The cell's own lines in a traceback of the examiner's, or of IPython's."""
    text = _COLOUR.sub("", "\n".join(traceback))
    frames = re.findall(r'File "<test cell>", line (\d+)', text)
    frames += re.findall(rf"Cell In\s*\[{count}\], line (\d+)", text)
    return set(map(int, frames))


def _message(name: str, said: str) -> str:
    """An error in the words that a rubric has for it."""
    if name in ("AssertionError", "CheckFailed"):
        return said or "not right"
    if name == "NotImplementedError":
        return NOTHING_YET
    if name == "NameError" and (found := _NAME_ERROR.match(said)):
        return f"`{found[1]}` is not defined{found[2] or _RUN_IT_FIRST}"
    return f"your code raised {name}: {said}" if said else f"your code raised {name}"


def _hinted(message: str, hint: str = "") -> str:
    """The hint that was written, or one in general terms that gives nothing away."""
    if message == NOTHING_YET:
        return message
    if hint:
        return hint
    raised = _RAISED.match(message)
    if raised is None:
        return _GENERAL
    if raised[1] in cell_errors.ALL:
        return "your code gave no answer: it took too long, or the kernel had ended"
    return f"your code raised {raised[1]} on inputs that you have not seen"
