"""How the source of a submission's cell compares with the source that was handed out."""

from __future__ import annotations

import ast
import tokenize
import warnings
from collections.abc import Set as AbstractSet
from functools import lru_cache
from io import StringIO

from grader.bindings import names_bound, names_meant
from grader.feedback.check_results import RubricSource

_PROSE_WORDS = 4
#: Each cell is compared with each of the lab's that is missing, so what was made of it is kept; but
#: not of a longer one.
_LONG = 20_000


def visible_lines(source: str) -> list[str]:
    """The lines that a learner sees: without hidden tests, blanks at their ends, empty ones around."""
    return list((_visible if len(source) < _LONG else _visible.__wrapped__)(source))


@lru_cache(maxsize=1000)
def _visible(source: str) -> tuple[str, ...]:
    hidden = RubricSource(source).hidden_lines
    lines = [line.rstrip() for n, line in enumerate(source.split("\n"), 1) if n not in hidden]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    return tuple(lines)


def is_same(original: str, source: str) -> bool:
    """Whether a learner has left it as it was."""
    return visible_lines(original) == visible_lines(source)


def is_same_code(original: str, source: str) -> bool:
    """Whether only its form is another, as a program that formats code leaves it.

    Comments are a learner's words, and have to be the same.
    """
    if max(len(original), len(source)) >= _LONG:
        return False
    code, other = (_meaning("\n".join(visible_lines(each))) for each in (original, source))
    return bool(code) and code == other


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
    place = -1
    while part:
        try:
            place = lines.index(part[0], place + 1)
        except ValueError:
            return None
        if lines[place : place + len(part)] == part:
            return place
    return 0


@lru_cache(maxsize=1000)
def _meaning(source: str) -> str:
    try:
        with warnings.catch_warnings(action="ignore"):
            body = ast.parse(source).body
        tokens = tokenize.generate_tokens(StringIO(source).readline)
        comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
        return "\n".join([*map(ast.dump, body), *comments])
    except (SyntaxError, ValueError, MemoryError, RecursionError, tokenize.TokenError):
        return ""


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
