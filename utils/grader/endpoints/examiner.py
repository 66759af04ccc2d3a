"""The grader's process: runs a lab's test cells and never the learner's code.

Started by :mod:`grader.trusted.proctor` as ``python -P -m grader.endpoints.examiner FD`` and
spoken to through the socket FD, which no other process has. A test cell runs as it would in the
learner's kernel, except that a name it does not define is asked for: plain data comes as data, a
function as a stand-in that sends plain arguments and returns a plain result.

Frames begin with one letter. To the examiner: ``S`` setup, ``T`` test cell, ``A`` answer,
``F`` failed to get an answer. From it: ``R`` ready, ``Q`` question, ``C`` call of a function,
``D`` outputs of the cell.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import io
import json
import linecache
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType
from typing import Any

from coursekit.workspace import Workspace
from grader import cell_errors
from grader.exceptions import NotAvailableError, NotPlainDataError, RemoteError
from grader.wire.codec import decode, encode

_FILE = "<test cell>"
_OUTPUT = 1_000_000
_LOST = {StopIteration, StopAsyncIteration}  # would end a loop of the test instead of failing it


class Channel:
    """Questions to the learner's kernel, through the process that started this one."""

    def __init__(self, link: Connection, root: Path) -> None:
        self.link = link
        self.root = root
        self.deleted: set[str] = set()

    def ask(self, *question: Any) -> Any:
        letter = b"Q" if question[0] == "resolve" else b"C"
        self.link.send_bytes(letter + encode(question))
        frame = self.link.recv_bytes()
        if frame[:1] == b"F":
            raise NotAvailableError(frame[1:].decode())
        return self.read(frame[1:])

    def read(self, encoded: bytes) -> tuple[Any, ...]:
        """An answer of the learner's kernel, which may have any content."""
        try:
            answer = decode(encoded, self.root)
        except NotPlainDataError as error:
            raise RemoteError(f"the answer of the notebook cannot be read: {error}") from None
        if type(answer) is not tuple or not answer or type(answer[0]) is not str:
            raise RemoteError("the answer of the notebook cannot be read")
        return answer


class Function:
    """Stands for a function of the learner; calls take and return plain data."""

    def __init__(self, channel: Channel, name: str) -> None:
        self._channel = channel
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._result(self._ask("call", args, kwargs))

    def watched(self, *args: Any) -> tuple[Any, list[int]]:
        """The result, and the places of the arguments that the learner's function changed."""
        match self._ask("watch", args, {}):
            case ("watched", [*changed], bytes() as called):
                places = [place for place in range(len(args)) if place in changed]
                return self._result(self._channel.read(called)), places
        raise RemoteError("the answer of the notebook cannot be read")

    def elsewhere(self, *args: Any) -> Any:
        """The result of the learner's function in a new process of the learner's, with other hashes."""
        return self._result(self._ask("elsewhere", args, {}))

    def _ask(self, verb: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        try:
            deleted = sorted(self._channel.deleted)
            answer: tuple[Any, ...] = self._channel.ask(verb, self.__name__, args, kwargs, deleted)
        except NotPlainDataError as error:
            message = f"an argument of {self.__name__} is not plain data: {error}"
            raise RemoteError(message) from None
        return answer

    def _result(self, answer: tuple[Any, ...]) -> Any:
        match answer:
            case ("data", value):
                return value
            case ("raised", [*kinds], str() as message):
                raise rebuilt(kinds, message) from None
            case ("refused", str() as why):
                raise RemoteError(f"{self.__name__}: {why}")
        raise RemoteError(f"{self.__name__} is not a function any more")

    def __repr__(self) -> str:
        return f"<function {self.__name__} of the notebook>"


def rebuilt(kinds: list[Any], message: str) -> Exception:
    """An exception that a test can catch as it could the learner's own.

    The most special of ``kinds`` (dotted names, most special first) that this process knows
    already as an exception is used; nothing is imported.
    """
    own = str(kinds[0]).rpartition(".")[2] if kinds else "Exception"
    if own == cell_errors.NO_INPUT:  # derived from NotImplementedError, which says: not written yet
        from coursekit.checks import CheckFailed

        return CheckFailed(f"your code {cell_errors.ASKED}")
    for dotted in kinds:
        module, _, name = str(dotted).rpartition(".")
        kind = getattr(sys.modules.get(module), name, None)
        if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind in _LOST:
            continue
        if kind is Exception:
            break
        error = kind.__new__(kind, message)
        error.args = (message,)
        if isinstance(error, NameError) and message.startswith("name '"):
            error.name = message.split("'")[1]
        return error
    return type(own, (RemoteError,), {})(message)


class ExaminerNamespace(dict[str, Any]):
    """The namespace of the test cells: their own names, then the lab's imports, then the learner's.

    What came from the learner is forgotten after each cell, since later cells may change it. So
    are names that the lab's own solution defines: a test that once assigned one of them must not
    hide the learner's.

    A test can delete a name of the learner's to see which functions need it: they miss it too,
    until the test assigns it again or ends.
    """

    def __init__(self, channel: Channel, setup: dict[str, Any]) -> None:
        super().__init__(setup["parameters"], __name__="__main__")
        self.channel = channel
        self.parameters = setup["parameters"]
        self.imports = setup["imports"]
        self.theirs = set(setup["theirs"])

    def __missing__(self, name: str) -> Any:
        if name in self.channel.deleted or name.startswith("__") or hasattr(builtins, name):
            raise KeyError(name)
        if name in self.imports:
            module, attribute = self.imports[name]
            found: Any = importlib.import_module(module)
            self[name] = getattr(found, attribute) if attribute else found
            return self[name]
        self.theirs.add(name)
        self[name] = self._from_notebook(name)
        return self[name]

    def __delitem__(self, name: str) -> None:
        self[name]  # a name that nobody has cannot be deleted
        super().__delitem__(name)
        if name in self.theirs:
            self.channel.deleted.add(name)

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self.channel.deleted.discard(name)

    def _from_notebook(self, name: str) -> Any:
        match self.channel.ask("resolve", name):
            case ("data", value):
                return value
            case ("function", _):
                return Function(self.channel, name)
            case ("workspace", str() as title, Path() as path, int() as seed):
                return Workspace(title, path, seed)
            case ("opaque", str() as kind, str()):
                raise RemoteError(f"`{name}` is of type {kind}; a test can only read plain data")
            case ("missing",):
                raise KeyError(name)
        raise RemoteError(f"the answer of the notebook about `{name}` cannot be read")

    def forget(self) -> None:
        self.channel.deleted.clear()
        for name in self.theirs - self.parameters.keys():
            self.pop(name, None)
        self.update(self.parameters)


def run_cell(source: str, names: ExaminerNamespace) -> list[dict[str, Any]]:
    """Run a test cell; its outputs are those that a kernel would give (nbformat 4)."""
    names.forget()
    printed, noise = io.StringIO(), io.StringIO()
    last: list[dict[str, Any]] = []
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(noise):
        try:
            value = _execute(source, names)
            if value is not None:
                data = {"text/plain": repr(value)}
                last = [
                    {
                        "output_type": "execute_result",
                        "data": data,
                        "metadata": {},
                        "execution_count": None,
                    }
                ]
        except BaseException as error:
            last = [_error(error)]
    streams = {"stdout": printed.getvalue(), "stderr": noise.getvalue()}
    return [
        {"output_type": "stream", "name": name, "text": text[:_OUTPUT]}
        for name, text in streams.items()
        if text
    ] + last


def _execute(source: str, names: ExaminerNamespace) -> Any:
    """Run a cell; the value of its last line, unless that ends in a semicolon."""
    linecache.cache[_FILE] = (len(source), None, source.splitlines(keepends=True), _FILE)
    tree = ast.parse(source, _FILE)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(_compiled(tree, "exec"), names)
    if last is None:
        return None
    value = eval(_compiled(ast.Expression(last.value), "eval"), names)  # type: ignore[attr-defined]
    return None if source.rstrip().endswith(";") else value


def _compiled(tree: ast.AST, mode: str) -> CodeType:
    code: CodeType = compile(tree, _FILE, mode, dont_inherit=True)  # type: ignore[call-overload]
    return code


def _error(error: BaseException) -> dict[str, Any]:
    kind = type(error).__name__
    try:
        text = str(error)
    except Exception:
        text = ""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {"output_type": "error", "ename": kind, "evalue": text, "traceback": lines}


def examine(link: Connection) -> None:
    """Serve test cells until the other end closes."""
    setup = json.loads(link.recv_bytes()[1:])
    names = ExaminerNamespace(Channel(link, Path(setup["root"])), setup)
    link.send_bytes(b"R")
    while True:
        try:
            frame = link.recv_bytes()
        except EOFError:
            return
        outputs = run_cell(frame[1:].decode(), names)
        link.send_bytes(b"D" + json.dumps(outputs).encode())


if __name__ == "__main__":
    examine(Connection(int(sys.argv[1])))
