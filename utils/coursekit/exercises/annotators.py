"""Notes on departures, and two imaginary people who label them in Label Studio's format.

A company's real notes are not ours to show. These are made of phrases with a known reason, some of
which can be read in two ways, and the two readers differ on these as people do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from churn.data import annotation
from churn.schema import ID

#: Why a customer leaves, with the share of the notes that say so.
REASONS = {"price": 0.3, "competitor": 0.25, "service": 0.2, "moved": 0.15, "other": 0.1}
PHRASES = {
    "price": [
        "Bill went up again, too expensive.",
        "Says 20 dollars more than last year is too much.",
        "Cannot afford it any longer.",
    ],
    "competitor": [
        "Rival asks less for the same line.",
        "Was offered a cheaper bundle by a rival.",
        "Signed with the new fiber company.",
    ],
    "service": [
        "Third outage this month.",
        "Nobody called back about the router.",
        "Line slow every evening, complained twice.",
    ],
    "moved": [
        "Moves abroad.",
        "Moves in with partner who has a line.",
        "House sold, new one is not covered.",
    ],
    "other": ["Account holder died, daughter called.", "Would not say.", "Business closed."],
}
#: Account number in Label Studio -> name.
ANNOTATORS = {1: "Ada", 2: "Ben"}
#: How each reads some of the notes; None skips the task.
HABITS: Mapping[int, Mapping[str, str | None]] = {
    1: {
        "Rival asks less for the same line.": "price",
        "Was offered a cheaper bundle by a rival.": "price",
    },
    2: {"House sold, new one is not covered.": "service", "Would not say.": None},
}
#: Share of slips: an answer drawn at random.
SLIPS = {1: 0.04, 2: 0.08}


def notes_on(customers: Iterable[str], seed: int = 0) -> pd.DataFrame:
    """One note per customer: ``customerID``, ``note`` and ``meant``, the reason behind it."""
    ids = list(customers)
    rng = np.random.default_rng(seed)
    meant = rng.choice(list(REASONS), len(ids), p=list(REASONS.values()))
    notes = [str(rng.choice(PHRASES[reason])) for reason in meant]
    return pd.DataFrame({ID: ids, "note": notes, "meant": meant})


def labelled(tasks: Sequence[annotation.Task], notes: pd.DataFrame) -> list[annotation.Task]:
    """What Label Studio would export after both annotators have worked through ``tasks``.

    Args:
        tasks: as :func:`churn.data.annotation.to_tasks` makes them from ``notes``, in its order.
        notes: as :func:`notes_on` gives them.

    Returns:
        The tasks with a number and two annotations each. Label Studio's own export has more fields,
        such as times.
    """
    answers = [_answers(notes, annotator) for annotator in ANNOTATORS]
    return [
        {
            "id": number,
            **task,
            "annotations": [_annotation(a, by) for a, by in zip(ANNOTATORS, both, strict=True)],
        }
        for number, (task, *both) in enumerate(zip(tasks, *answers, strict=True), start=1)
    ]


def _answers(notes: pd.DataFrame, annotator: int) -> list[str | None]:
    rng = np.random.default_rng(annotator)
    habit, answers = HABITS[annotator], []
    for note, meant in zip(notes["note"], notes["meant"], strict=True):
        slips = rng.random() < SLIPS[annotator]
        answers.append(str(rng.choice(list(REASONS))) if slips else habit.get(note, meant))
    return answers


def _annotation(annotator: int, answer: str | None) -> dict[str, Any]:
    return {
        "completed_by": annotator,
        "was_cancelled": answer is None,
        "result": [] if answer is None else [annotation.choice(answer)],
    }
