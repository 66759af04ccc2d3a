"""The tree of exceptions that the module draws is the one that it defines."""

import importlib
import inspect
import logging
import pkgutil
import re

import grader
from grader import exceptions
from grader.exceptions import Transcript

_LINE = re.compile(r"^( *)(?:· )?(\w*(?:Error|Exception))\b", re.MULTILINE)


def drawn() -> dict[str, str]:
    """Name → name of what it derives from, as the docstring draws it."""
    above: dict[int, str] = {}
    found = {}
    for indent, name in _LINE.findall(exceptions.__doc__ or ""):
        depth = len(indent)
        above = {place: each for place, each in above.items() if place < depth}
        if above:
            found[name] = above[max(above)]
        above[depth] = name
    return found


def defined() -> dict[str, str]:
    return {
        name: item.__bases__[0].__name__
        for name, item in vars(exceptions).items()
        if inspect.isclass(item)
        and issubclass(item, Exception)
        and item.__module__ == exceptions.__name__
    }


def test_the_tree_is_the_one_that_is_drawn() -> None:
    assert len(drawn()) > 10
    assert drawn() == defined()


def test_no_other_module_defines_an_exception() -> None:
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(grader.__path__, "grader.")
    ]
    assert len(modules) > 50
    strays = [
        f"{module.__name__}.{name}"
        for module in modules
        if module is not exceptions
        for name, item in vars(module).items()
        if inspect.isclass(item)
        and issubclass(item, BaseException)
        and item.__module__ == module.__name__
    ]
    assert strays == []


def test_a_transcript_has_the_messages_and_what_was_being_handled() -> None:
    transcript = Transcript()
    log = logging.Logger("nbgrader")
    log.addHandler(transcript)
    log.info("first %s", "line")
    error = ValueError("full")
    try:
        raise error
    except ValueError:
        log.warning("second")
    assert transcript.text == "first line\nsecond"
    assert transcript.errors == [error]
