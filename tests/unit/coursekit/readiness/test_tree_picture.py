"""A tree's picture has every event in it, a repeated one in each of its places."""

from __future__ import annotations

import matplotlib.pyplot as plt

from churn.monitoring.fault_tree import Basic, Gate
from coursekit.readiness.tree_picture import draw


def test_every_event_is_drawn_with_its_gate_and_chance() -> None:
    store = Basic("store down")
    tree = Gate("no answer", "or", (store, Gate("both copies", "and", (store, Basic("other")))))
    figure = draw(tree, "A tree", {"store down": 0.002})
    texts = [text.get_text().replace("\n", " ") for text in figure.axes[0].texts]
    assert texts.count("store down 0.002") == 2
    assert {"no answer — or —", "both copies — and —", "other"} <= set(texts)
    assert figure.axes[0].get_title() == "A tree"
    assert len(figure.axes[0].lines) == 4
    plt.close(figure)
