"""Boxes and arrows."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Annotation

from coursekit.exercises.graphs import draw_layers


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def test_each_text_is_a_box_and_each_pair_one_arrow() -> None:
    layers = [["a", "b"], ["c"]]
    figure = draw_layers(layers, [("a", "c"), ("b", "c"), ("a", "c")], title="made from")
    (axes,) = figure.axes
    boxes = {text.get_text(): text.get_position() for text in axes.texts if text.get_text()}
    assert set(boxes) == {"a", "b", "c"}
    assert axes.get_title() == "made from"
    assert sum(isinstance(text, Annotation) for text in axes.texts) == 2


def test_layers_go_from_left_to_right_and_a_short_one_is_centred() -> None:
    (axes,) = draw_layers([["a", "b"], ["c"]], [], title="").axes
    place = {text.get_text(): text.get_position() for text in axes.texts}
    assert place["a"][0] == place["b"][0] < place["c"][0]
    assert place["a"][1] < place["c"][1] < place["b"][1]


@pytest.mark.parametrize(
    ("layers", "arrows", "message"),
    [
        ([["a"], ["a"]], [], "same text"),
        ([["a"], ["b"]], [("a", "x")], "no box for the arrow from 'a' to 'x'"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    layers: list[list[str]], arrows: list[tuple[str, str]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw_layers(layers, arrows, title="")
