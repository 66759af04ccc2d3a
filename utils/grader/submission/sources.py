"""How the source of a submission's cell compares with the source that was handed out."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Set as AbstractSet

from grader.bindings import names_bound, names_meant
from grader.feedback.check_results import RubricSource

_PROSE_WORDS = 4


def visible_lines(source: str) -> list[str]:
    """The lines that a learner sees: without hidden tests, blanks at their ends, empty ones around."""
    hidden = RubricSource(source).hidden_lines
    lines = [line.rstrip() for n, line in enumerate(source.split("\n"), 1) if n not in hidden]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return lines


def is_same(original: str, source: str) -> bool:
    """Whether a learner has left it as it was."""
    return visible_lines(original) == visible_lines(source)


def holds(original: str, source: str) -> bool:
    """Whether all of ``original`` stands in ``source``, in one piece."""
    return _place(visible_lines(original), visible_lines(source)) is not None


def is_piece(source: str, original: str) -> bool:
    """Whether ``source`` is a part of ``original`` and nothing else."""
    lines, all_lines = visible_lines(source), set(visible_lines(original))
    return bool(lines) and not is_same(source, original) and set(lines) - {""} <= all_lines


def typed_into(source: str, original: str, answers: AbstractSet[str]) -> str:
    """What a learner wrote into a cell of the lab's own.

    Where the lab's lines are changed as well, it is what binds one of the names in ``answers``.
    """
    lines, own = visible_lines(source), visible_lines(original)
    place = _place(own, lines)
    if place is not None:
        return "\n".join([*lines[:place], *lines[place + len(own) :]]).strip("\n")
    return "\n\n".join(_statements_binding(source, original, answers))


def is_prose(source: str) -> bool:
    """Whether it is words and no Python."""
    try:
        names_bound(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return len(source.split()) >= _PROSE_WORDS and source.lstrip()[:1] not in ("%", "!")
    return False


def _place(part: list[str], lines: list[str]) -> int | None:
    ends = range(len(lines) - len(part) + 1)
    return next((n for n in ends if lines[n : n + len(part)] == part), None)


def _statements_binding(source: str, original: str, names: AbstractSet[str]) -> list[str]:
    try:
        with warnings.catch_warnings(action="ignore"):
            lab = {ast.dump(node) for node in ast.parse(original).body}
            theirs = [node for node in ast.parse(source).body if ast.dump(node) not in lab]
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    lines = source.split("\n")
    found = ["\n".join(lines[_first_line(node) - 1 : node.end_lineno]) for node in theirs]
    return [text for text in found if names & names_meant(text)]


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
