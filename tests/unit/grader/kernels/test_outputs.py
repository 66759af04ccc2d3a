"""Outputs of a cell are kept up to a limit, and in a form that can be saved."""

from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import cell_errors
from grader.kernels.outputs import Collector


def message(kind: str, **content: Any) -> dict[str, Any]:
    return {"header": {"msg_type": kind}, "content": content}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return message("stream", name=name, text=text)


def error(name: str, said: str = "why") -> dict[str, Any]:
    return message("error", ename=name, evalue=said, traceback=[said])


def shown(**data: Any) -> dict[str, Any]:
    return message("display_data", data=data, metadata={})


def taken(*messages: Any, limit: int = 1000) -> Collector:
    collector = Collector(limit)
    for each in messages:
        collector.take(each)
    cells = [new_code_cell(outputs=[nbformat.from_dict(each) for each in collector.outputs])]
    nbformat.writes(new_notebook(cells=cells)).encode("utf-8")
    nbformat.validate(new_notebook(cells=cells))
    return collector


def test_what_is_printed_in_pieces_is_one_output() -> None:
    found = taken(stream("a"), stream("b"), stream("c", "stderr"), stream("d"))
    texts = [(output["name"], output["text"]) for output in found.outputs]
    assert texts == [("stdout", "ab"), ("stderr", "c"), ("stdout", "d")]
    assert found.status == "ok"


def test_an_error_is_an_output_and_the_end_of_the_cell() -> None:
    found = taken(stream("a"), error("ValueError"))
    assert found.outputs[-1]["ename"] == "ValueError"
    assert found.status == "error"


@pytest.mark.parametrize("name", cell_errors.ALL)
def test_a_learners_class_of_an_engines_name_is_another_one(name: str) -> None:
    (output,) = taken(error(name)).outputs
    assert output["ename"] == f"{name} (raised by the notebook)"
    assert output["ename"] not in cell_errors.ALL


def test_text_ends_at_the_limit_with_a_note() -> None:
    found = taken(stream("x" * 900), stream("y" * 900), stream("z"), limit=1000)
    (output,) = found.outputs
    assert output["text"].startswith("x" * 900 + "y")
    assert output["text"].endswith("cut off\n")
    assert len(output["text"]) < 1050
    assert "z" not in output["text"]


def test_a_picture_over_the_limit_is_replaced_by_the_note() -> None:
    found = taken(stream("kept"), shown(**{"image/png": "A" * 500}), limit=100)
    kept, output = found.outputs
    assert kept["text"] == "kept"
    assert output["text"].endswith("cut off\n")


def test_the_number_of_outputs_is_limited_too() -> None:
    found = taken(*[shown(**{"text/plain": "x"})] * 600, limit=10**6)
    assert len(found.outputs) == 501
    assert "cut off" in found.outputs[-1]["text"]


def test_an_error_after_the_limit_still_ends_the_cell() -> None:
    assert taken(stream("x" * 200), error("ValueError"), limit=100).status == "error"


def test_half_a_character_becomes_one_that_can_be_saved() -> None:
    found = taken(stream("a\ud800b"), shown(**{"text/plain": ["\udfff", {"\ud800": 1}]}))
    assert found.outputs[0]["text"] == "a?b"
    assert "\ud800" not in str(found.outputs)


def test_a_cleared_output_is_gone_and_its_room_is_not_given_back() -> None:
    found = taken(
        stream("x" * 900), message("clear_output", wait=False), stream("y" * 900), limit=1000
    )
    (output,) = found.outputs
    assert output["text"].startswith("y")
    assert "cut off" in output["text"]


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"header": None},
        {"header": {"msg_type": ["stream"]}},
        message("status", execution_state="idle"),
        message("stream", name="stdout"),
        message("stream", name=5, text="x"),
        message("stream", name="stdout", text=5),
        message("display_data", data="x", metadata={}),
        message("error", ename=5, evalue="x", traceback=[]),
        message("execute_result", data={"text/plain": 1}, metadata=[], execution_count="one"),
    ],
)
def test_what_is_no_output_is_passed_over(damaged: dict[str, Any]) -> None:
    found = taken(stream("a"), damaged, stream("b"))
    assert "".join(output["text"] for output in found.outputs if "text" in output) == "ab"
