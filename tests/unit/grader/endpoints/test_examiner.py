"""The examiner runs test cells as a kernel would, and only ever sees plain data of the learner."""

import json
import socket
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from grader.endpoints import agent
from grader.endpoints.examiner import examine
from grader.wire.codec import decode, encode

LEARNERS = """
import collections, pathlib
import numpy as np
answer = 41
def double(x): return 2 * x
def quadruple(x): return double(double(x))
def broken(x): raise ValueError("not today")
def unwritten(): raise NotImplementedError()
def unknown(): return no_such_name
def leaves(): raise SystemExit(0)
def strange(): return object()
class Own(LookupError): pass
def own(): raise Own("mine")
class Always:
    def __eq__(self, other): return True
    __hash__ = None
always = Always()
class Lying(float):
    def __eq__(self, other): return True
    def __repr__(self): return "3.0"
lying = Lying(1)
outside = pathlib.Path("/etc/passwd")
def assert_(x): pass
def count(table): return len(table)
def draw(names): return list(set(names))
def widen(rows, table):
    rows.append(object())
    table["more"] = 1
    return len(table.columns)
"""


class Bench:
    """An examiner in a thread, and a namespace that stands for the learner's kernel."""

    def __init__(self, root: Path) -> None:
        ours, theirs = socket.socketpair()
        self.link, link = Connection(ours.detach()), Connection(theirs.detach())
        self.names: dict[str, Any] = {}
        exec(LEARNERS, self.names)
        self.failure = b""
        self.thread = threading.Thread(target=examine, args=(link,), daemon=True)
        self.thread.start()
        setup = {
            "parameters": {"variant": 7},
            "imports": {"sq": ["math", "sqrt"], "math": ["math", None]},
            "theirs": ["answer"],
            "root": str(root),
        }
        self.link.send_bytes(b"S" + json.dumps(setup).encode())
        assert self.link.recv_bytes() == b"R"

    def outputs(self, source: str) -> list[dict[str, Any]]:
        self.link.send_bytes(b"T" + source.encode())
        while (frame := self.link.recv_bytes())[:1] in (b"Q", b"C"):
            if self.failure:
                self.link.send_bytes(b"F" + self.failure)
                continue
            question = decode(frame[1:])
            self.link.send_bytes(b"A" + agent.answer(self.names, *question))
        found: list[dict[str, Any]] = json.loads(frame[1:])
        return found

    def error(self, source: str) -> str:
        last = self.outputs(source)[-1]
        assert last["output_type"] == "error", last
        return f"{last['ename']}: {last['evalue']}"

    def value(self, source: str) -> str:
        last = self.outputs(source)[-1]
        assert last["output_type"] == "execute_result", last
        text: str = last["data"]["text/plain"]
        return text


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    yield found
    found.link.close()


def test_outputs_are_those_of_a_kernel(bench: Bench) -> None:
    source = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n2.5"
    assert bench.outputs(source) == [
        {"output_type": "stream", "name": "stdout", "text": "out\n"},
        {"output_type": "stream", "name": "stderr", "text": "err\n"},
        {
            "output_type": "execute_result",
            "data": {"text/plain": "2.5"},
            "metadata": {},
            "execution_count": None,
        },
    ]
    assert bench.outputs("x = 1") == []
    assert bench.outputs("x;") == []
    assert bench.error("1/0") == "ZeroDivisionError: division by zero"
    assert bench.error("raise SystemExit(0)") == "SystemExit: 0"
    assert bench.error("def f(:").startswith("SyntaxError")


def test_the_learners_data_and_functions_are_there(bench: Bench) -> None:
    assert bench.value("answer + double(4) + double(x=1)") == "51"
    assert bench.value("def through(): return double(answer)\nthrough()") == "82"


def test_a_test_can_take_a_name_away_to_see_who_needs_it(bench: Bench) -> None:
    without = """kept = double
del double
try:
    quadruple(1)
except NameError as error:
    missing = error.name
else:
    missing = ""
"""
    assert bench.value(without + "missing") == "'double'"
    assert bench.error(without + "double") == "NameError: name 'double' is not defined"
    assert bench.value("quadruple(1)") == "4"
    assert bench.value(without + "double = kept\nquadruple(1), double(1)") == "(4, 2)"
    assert bench.error("del nobody") == "NameError: name 'nobody' is not defined"


def test_what_a_function_does_to_its_arguments_is_seen_where_it_runs(bench: Bench) -> None:
    table = "import pandas as pd\ntable = pd.DataFrame({'a': [1, 2]})\n"
    assert bench.value(table + "count.watched(table)") == "(2, [])"
    assert bench.value(table + "widen.watched([], table)") == "(2, [0, 1])"
    assert bench.value(table + "widen.watched([], table)\nlist(table)") == "['a']"
    assert bench.error("broken.watched(1)") == "ValueError: not today"
    assert "is not plain data" in bench.error("strange.watched()")


def test_a_function_can_be_called_in_a_new_process_where_it_runs(bench: Bench) -> None:
    assert bench.value("double.elsewhere(21)") == "42"
    draw = "from coursekit.checks import elsewhere\nnames = [f'H{n}' for n in range(60)]\n"
    assert bench.value(draw + "elsewhere(draw, names) == draw(names)") == "False"
    assert bench.value(draw + "sorted(elsewhere(draw, names)) == sorted(names)") == "True"
    assert bench.error("broken.elsewhere(1)") == "ValueError: not today"
    assert "is not plain data" in bench.error("strange.elsewhere()")
    assert "is not plain data" in bench.error("double.elsewhere(object())")


def test_names_come_from_the_record_and_from_the_labs_own_imports(bench: Bench) -> None:
    bench.names |= {"variant": 0, "sq": lambda x: 99, "math": 5}
    assert bench.value("variant, sq(16), math.pi > 3") == "(7, 4.0, True)"
    bench.outputs("variant = 0")
    assert bench.value("variant") == "7"


def test_own_names_stay_and_the_learners_are_read_anew(bench: Bench) -> None:
    bench.outputs("kept = 1\nanswer = 'of the test'\nbefore = double")
    bench.names["answer"] = 42
    assert bench.value("kept, answer") == "(1, 42)"
    bench.names["double"] = lambda x: 0
    assert bench.value("double(4)") == "0"


def test_missing_names_are_name_errors(bench: Bench) -> None:
    assert bench.error("nowhere") == "NameError: name 'nowhere' is not defined"
    source = "try:\n    nowhere\nexcept NameError as error:\n    found = error.name\nfound"
    assert bench.value(source) == "'nowhere'"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("broken(1)", "ValueError: not today"),
        ("unwritten()", "NotImplementedError: "),
        ("unknown()", "NameError: name 'no_such_name' is not defined"),
        ("own()", "LookupError: mine"),
        ("leaves()", "SystemExit: 0"),
    ],
)
def test_exceptions_arrive_as_what_a_test_can_catch(bench: Bench, call: str, kind: str) -> None:
    assert bench.error(call) == kind
    caught = f"try:\n    {call}\nexcept Exception as error:\n    found = str(error)\nfound"
    assert bench.value(caught) == repr(kind.split(": ")[1])


def test_objects_are_refused_before_anything_is_compared(bench: Bench) -> None:
    assert "is of type Always" in bench.error("assert always == 5")
    assert "object of type object" in bench.error("strange()")
    assert "is not plain data" in bench.error("double(object())")
    assert "outside" in bench.error("outside")
    assert bench.error("assert lying == 3.0").startswith("AssertionError")
    assert bench.value("type(lying), lying") == "(<class 'float'>, 1.0)"


def test_an_answer_that_makes_no_sense_is_an_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nonsense in (5, (), ("data",), ("raised", 5, 6), ("workspace", 1, 2, 3), ("granted", 1)):
        monkeypatch.setattr(agent, "answer", lambda *_, told=nonsense: encode(told))
        assert bench.error("answer").startswith("RemoteError")
    monkeypatch.undo()
    bench.outputs("kept = double")
    of_watched: list[tuple[object, ...]] = [("data", 2), ("watched", 1, b"")]
    for watched in [*of_watched, ("watched", [], 5), ("watched", [], b"no")]:
        monkeypatch.setattr(agent, "answer", lambda *_, told=watched: encode(told))
        assert bench.error("kept.watched(1)").startswith("RemoteError")


def test_a_dead_kernel_fails_the_test_that_needs_it(bench: Bench) -> None:
    bench.failure = b"the kernel died"
    assert bench.error("answer") == "NotAvailableError: the kernel died"
    assert bench.value("variant") == "7"


def test_checks_run_unchanged(bench: Bench) -> None:
    source = """
from coursekit.checks import Rubric, close
rubric = Rubric(points=2)
with rubric.check("twice"):
    close(double(2), 4, "the double")
with rubric.check("raises"):
    close(broken(2), 4, "nothing")
rubric.total()
"""
    printed, last = bench.outputs(source)
    assert "✔ twice\n✘ raises: your code raised ValueError: not today\n" in printed["text"]
    assert last["data"]["text/plain"] == "1.0"
