"""The imaginary annotators: their export is read back, and they differ where they should."""

import pandas as pd
import pytest

from churn.data import annotation
from coursekit.exercises.annotators import ANNOTATORS, HABITS, PHRASES, REASONS, labelled, notes_on


@pytest.fixture(scope="module")
def notes() -> pd.DataFrame:
    return notes_on(f"{n:04}-AAAAA" for n in range(400))


@pytest.fixture(scope="module")
def answers(notes: pd.DataFrame) -> pd.DataFrame:
    tasks = annotation.to_tasks(notes, key="customerID", keep=["note"])
    return annotation.read_annotations(labelled(tasks, notes), key="customerID", names=ANNOTATORS)


def test_a_note_says_what_is_meant_and_a_seed_fixes_it(notes: pd.DataFrame) -> None:
    assert all(
        note in PHRASES[why] for note, why in zip(notes["note"], notes["meant"], strict=True)
    )
    assert set(notes["meant"]) == set(REASONS) == set(PHRASES)
    pd.testing.assert_frame_equal(notes, notes_on(notes["customerID"]))
    assert not notes.equals(notes_on(notes["customerID"], seed=1))


def test_the_tasks_are_not_changed(notes: pd.DataFrame) -> None:
    tasks = annotation.to_tasks(notes, key="customerID", keep=["note"])
    labelled(tasks, notes)
    assert all("annotations" not in task for task in tasks)


def test_both_answer_but_for_what_ben_skips(notes: pd.DataFrame, answers: pd.DataFrame) -> None:
    counts = answers["annotator"].value_counts()
    assert counts["Ada"] == len(notes)
    skipped = set(notes["customerID"]) - set(answers.loc[answers["annotator"] == "Ben", "task"])
    assert set(notes.set_index("customerID").loc[sorted(skipped), "note"]) == {"Would not say."}


def test_most_disagreements_are_on_notes_that_one_of_them_reads_in_his_own_way(
    notes: pd.DataFrame, answers: pd.DataFrame
) -> None:
    read_otherwise = {note for habit in HABITS.values() for note in habit}
    differ = annotation.disagreements(answers)
    on = notes.set_index("customerID").loc[differ.index, "note"]
    assert on.isin(read_otherwise).mean() > 0.7
    assert 0.5 < annotation.agreement(answers).kappa < 0.8
