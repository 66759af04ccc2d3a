"""A figure is shown with a text, and closed."""

from typing import Any

import matplotlib.pyplot as plt
import pytest

from coursekit import pictures

#: What was displayed: data and metadata of each output.
Shown = list[tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    seen: Shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, metadata, raw: seen.append((data, metadata))
    )
    return seen


def test_the_text_goes_with_the_picture(shown: Shown) -> None:
    plt.plot([1, 2])
    pictures.show("A line\n  that rises.")
    ((data, metadata),) = shown
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "A line that rises."
    assert metadata["image/png"] == {"alt": "A line that rises."}
    assert not plt.get_fignums()


def test_a_picture_needs_a_text() -> None:
    with pytest.raises(ValueError, match="says what it shows"):
        pictures.show("  ")


def test_an_empty_figure_is_refused(shown: Shown) -> None:
    with pytest.raises(ValueError, match="the figure is empty"):
        pictures.show("Nothing.")
    assert not shown
