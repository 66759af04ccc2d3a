"""Showing a figure with a text for those who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(alt: str, figure: Figure | None = None) -> None:
    """Show ``figure`` below the cell, with ``alt`` as its alternative text, and close it.

    The text is kept beside the picture in the notebook: as ``alt`` in the output's metadata, where
    ``IPython.display.Image`` puts it, and as the output's plain text, which CI compares.

    Args:
        alt: what the picture shows, in a sentence or two: the axes, and what one is to see.
        figure: by default the current one.

    Raises:
        ValueError: if ``alt`` says nothing.
    """
    import matplotlib.pyplot as plt
    from IPython.core.pylabtools import print_figure
    from IPython.display import display

    if not alt.strip():
        raise ValueError("a picture needs a text that says what it shows")
    shown = figure or plt.gcf()
    picture = print_figure(shown, "png")
    plt.close(shown)
    text = " ".join(alt.split())
    display(
        {"image/png": picture, "text/plain": text},
        metadata={"image/png": {"alt": text}},
        raw=True,
    )
