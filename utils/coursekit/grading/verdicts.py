"""What a learner may read of a test cell: visible messages, and hidden tests by title and hint.

A hidden test's title is the name of its :meth:`coursekit.checks.Rubric.check`, or the message of its
`assert` where that is plain text. Its hint is a comment `# hint: …` in the check, or else says in
general terms what happened. Neither its code nor the values in its message are shown.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests

_BEGIN = ClearHiddenTests.begin_test_delimeter.default_value
_END = ClearHiddenTests.end_test_delimeter.default_value
_HINT = re.compile(r"#\s*hint:\s*(.+)", re.IGNORECASE)
_PRINTED = re.compile(r"([✔✘]) (.+)")
_COUNT = re.compile(r"\d+ of \d+ checks passed")
_RAISED = re.compile(r"your code raised (\w+)\b")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
#: Ends of a cell that are not the test's doing; their messages hold nothing of it.
_ENDED = ("CellTimeoutError", "DeadKernelError", "ExaminerError", "NotAvailableError")
#: What a check says of a function that is still as it was handed out.
NOTHING_YET = "nothing is written here yet"
_GENERAL = "not right for inputs that you have not seen"
_UNTITLED = "a hidden test"


@dataclass(frozen=True)
class Check:
    """One test as the learner sees it.

    Attributes:
        message: what is wrong, or the hint of a hidden test; empty if it passed.
    """

    title: str
    passed: bool
    message: str = ""

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
class Test:
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

    def printed(self, line: str) -> Check | None:
        """A line that a rubric printed; None for any other line."""
        found = _PRINTED.fullmatch(line)
        if found is None:
            return None
        passed = found[1] == "✔"
        for title in self._titles:
            match = title.pattern.fullmatch(found[2])
            if match is None:
                continue
            message = match[2] or ""
            if title.hidden and not passed:
                message = _hinted(message, title.hint)
            return Check(match[1], False, message) if not passed else Check(found[2], True)
        return Check(found[2].split(": ")[0], passed, "" if passed else _GENERAL)

    def failed(self, output: NotebookNode, count: int | None) -> Check:
        """The error that ended the cell; `count` is the cell's number in the kernel."""
        name, said = output.ename, _COLOUR.sub("", output.evalue)
        if name in _ENDED:
            return Check("the test did not end", False, said)
        lines = _lines(output.traceback, count)
        hidden = lines & self.hidden_lines
        if not self.hidden_lines or (lines and not hidden):
            return Check("the test", False, _message(name, said))
        around = [n for n in self._statements if n.lineno <= max(hidden, default=0) <= _end(n)]
        if not around:
            return Check(_UNTITLED, False, _hinted(_message(name, said)))
        statement = max(around, key=lambda node: node.lineno)
        hint = _hinted(_message(name, said), self._hint(statement))
        return Check(_assertion(statement) or _UNTITLED, False, hint)


def checks(cell: NotebookNode) -> list[Check]:
    """What happened in a test cell that has run, in the order in which it was said."""
    test = Test(cell.source)
    found: list[Check] = []
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
    return [str(check) for check in failed]


def shown(cell: NotebookNode) -> list[str]:
    """The lines that a learner may read below a test cell with hidden tests."""
    lines = [str(check) for check in checks(cell)]
    printed = [o.text for o in cell.get("outputs", []) if o.output_type == "stream"]
    counts = [line for text in printed for line in text.splitlines() if _COUNT.fullmatch(line)]
    return lines + counts[-1:]


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
    if name == "NameError" and (found := re.match(r"name '(\w+)' is not defined", said)):
        return f"`{found[1]}` is not defined: run the cell that defines it first"
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
    if raised[1] in _ENDED:
        return "your code gave no answer: it took too long, or the kernel had ended"
    return f"your code raised {raised[1]} on inputs that you have not seen"
