"""Boxes and arrows from left to right, for a lesson that shows what a result was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Between two layers, in the units in which boxes of a layer are one apart.
_APART = 1.6


def draw_layers(
    layers: Sequence[Sequence[str]], arrows: Iterable[tuple[str, str]], title: str
) -> Figure:
    """Draw one box per text, a column per layer, and an arrow for each pair of texts.

    Args:
        layers: the boxes of each column, from top to bottom; the last column is coloured. A
            column with fewer boxes than the longest is centred.
        arrows: from which box to which; an arrow given twice is drawn once.
        title: of the figure.

    Raises:
        ValueError: if two boxes have the same text, or an arrow names a box that is not there.
    """
    import matplotlib.pyplot as plt

    texts = [text for layer in layers for text in layer]
    if len(set(texts)) < len(texts):
        raise ValueError("two boxes have the same text")
    tallest = max(len(layer) for layer in layers)
    figure, axes = plt.subplots(figsize=(9.5, 1.0 + 0.8 * tallest))
    boxes: dict[str, Any] = {}
    for column, layer in enumerate(layers):
        colour = "moccasin" if column == len(layers) - 1 else "lightsteelblue"
        style = {"boxstyle": "round,pad=0.4", "facecolor": colour, "edgecolor": "grey"}
        for place, text in enumerate(layer):
            height = place + (tallest - len(layer)) / 2
            boxes[text] = axes.text(
                _APART * column,
                height,
                text,
                ha="center",
                va="center",
                fontsize=9,
                bbox=style,
                zorder=3,
            )
    for start, end in dict.fromkeys(arrows):
        if start not in boxes or end not in boxes:
            raise ValueError(f"there is no box for the arrow from {start!r} to {end!r}")
        axes.annotate(
            "",
            xy=boxes[end].get_position(),
            xytext=boxes[start].get_position(),
            arrowprops={
                "arrowstyle": "-|>",
                "color": "grey",
                "shrinkA": 0,
                "shrinkB": 0,
                "patchA": boxes[start].get_bbox_patch(),
                "patchB": boxes[end].get_bbox_patch(),
            },
        )
    axes.set(xlim=(-0.8, _APART * (len(layers) - 1) + 0.8), ylim=(tallest - 0.4, -0.6), title=title)
    axes.axis("off")
    return figure
