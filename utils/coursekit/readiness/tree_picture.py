"""A picture of a fault tree: the top event at the top, basic events as circles, gates between."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from churn.monitoring.fault_tree import Basic, Event

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Characters of a line in a box, and the space of a leaf and of a level, in inches.
_LINE, _LEAF, _LEVEL = 15, 1.3, 1.15
_COLORS = {"or": "moccasin", "and": "lightsteelblue"}


def draw(top: Event, title: str, chances: Mapping[str, float] | None = None) -> Figure:
    """Draw a tree; a basic event that stands in several places is drawn in each.

    Args:
        chances: of basic events, written below their names.
    """
    import matplotlib.pyplot as plt

    width, height = _leaves(top), _depth(top)
    figure, axes = plt.subplots(figsize=(_LEAF * width + 0.4, _LEVEL * height + 0.4))
    _place(axes, top, 0.0, 0, chances or {})
    axes.set(xlim=(-0.1, width + 0.1), ylim=(height - 0.4, -0.6), title=title)
    axes.axis("off")
    return figure


def _place(
    axes: Axes, event: Event, left: float, level: int, chances: Mapping[str, float]
) -> tuple[float, float]:
    """Draw an event and what is below it; returns where it stands."""
    middle = (left + _leaves(event) / 2, float(level))
    text = textwrap.fill(event.name, _LINE)
    if isinstance(event, Basic):
        if event.name in chances:
            text += f"\n{chances[event.name]:.2g}"
        style = {"boxstyle": "round,pad=0.4,rounding_size=0.9", "facecolor": "white"}
    else:
        text += f"\n— {event.kind} —"
        style = {"boxstyle": "square,pad=0.4", "facecolor": _COLORS[event.kind]}
        for below in event.inputs:
            x, y = _place(axes, below, left, level + 1, chances)
            axes.plot([middle[0], x], [middle[1], y], color="grey", linewidth=1, zorder=1)
            left += _leaves(below)
    box = {**style, "edgecolor": "grey"}
    axes.text(*middle, text, ha="center", va="center", fontsize=8, bbox=box, zorder=2)
    return middle


def _leaves(event: Event) -> int:
    return 1 if isinstance(event, Basic) else sum(_leaves(one) for one in event.inputs)


def _depth(event: Event) -> int:
    return 1 if isinstance(event, Basic) else 1 + max(_depth(one) for one in event.inputs)
