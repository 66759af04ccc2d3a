"""Labels made by people: tasks for Label Studio, its export read back, agreement, resolution.

    tasks = to_tasks(notes, text="note", keep=["customerID"])
    answers = read_annotations(exported, control="reason")
    agreement(answers)
    final = resolve(answers, {"task 7": "price"})

The formats are those of Label Studio 1.23 (https://labelstud.io/guide/task_format): a JSON list
of tasks, each with its ``data``; an export adds ``annotations``, one per annotator, whose
``result`` holds one entry per control of the labelling interface. Only single choices
(``<Choices choice="single">``) are read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.metrics import cohen_kappa_score

Task = dict[str, Any]


class AnnotationError(ValueError):
    """An export cannot be read, or the annotations in it cannot be compared or resolved."""


@dataclass(frozen=True)
class Agreement:
    """How far two annotators agree on the tasks that both have answered.

    Attributes:
        tasks: number of such tasks.
        observed: share on which they agree.
        by_chance: share on which they would, if each kept to his or her own frequencies of the
            answers but gave them without looking.
        kappa: Cohen's kappa, the part of the possible agreement beyond chance that is reached: 1
            is perfect, 0 is chance. NaN if both gave one and the same answer throughout.
    """

    tasks: int
    observed: float
    by_chance: float
    kappa: float


def to_tasks(
    table: pd.DataFrame,
    key: str,
    keep: Sequence[str],
    guesses: pd.Series | None = None,
    *,
    control: str = "reason",
    shown: str = "text",
    model_version: str = "rules-1",
) -> list[Task]:
    """One importable task per row of ``table``.

    Args:
        table: what is to be labelled.
        key: the column that names a row; it comes back with the export and must be unique.
        keep: the columns an annotator sees, or that the labelling interface names (``$text``).
            What is not named here is not sent: personal data stay at home.
        guesses: pre-annotations, indexed as ``table``; annotators see them and correct them.
            Rows without one are left empty.
        control: name of the ``<Choices>`` in the labelling interface.
        shown: name of the object that it refers to (``toName``).
        model_version: who guessed.

    Raises:
        AnnotationError: if ``key`` is not unique.
    """
    if table[key].duplicated().any():
        raise AnnotationError(f"{key} names two rows: an answer could not be put back in its place")
    columns = [key, *(name for name in keep if name != key)]
    tasks: list[Task] = [{"data": row} for row in table[columns].to_dict("records")]
    if guesses is not None:
        for task, guess in zip(tasks, guesses.reindex(table.index), strict=True):
            if pd.notna(guess):
                result = [choice(str(guess), control, shown)]
                task["predictions"] = [{"model_version": model_version, "result": result}]
    return tasks


def choice(answer: str, control: str = "reason", shown: str = "text") -> dict[str, Any]:
    """One entry of a ``result``: a single choice, as Label Studio writes it."""
    value = {"choices": [answer]}
    return {"from_name": control, "to_name": shown, "type": "choices", "value": value}


def read_annotations(
    tasks: Iterable[Task],
    key: str,
    *,
    control: str = "reason",
    names: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """The answers in an export (``JSON``), one row per task and annotator.

    Args:
        tasks: what ``json.load`` gives for the export.
        key: the entry of ``data`` that names the task.
        control: name of the ``<Choices>`` in the labelling interface.
        names: of the annotators; the plain export knows them by the numbers of their accounts.

    Returns:
        ``task`` (the key), ``annotator`` (the name given; else the e-mail address where the export
        has it, else the number as text) and ``answer``, sorted by task and annotator. Skipped tasks, empty
        answers and predictions are left out: nobody has decided them.

    Raises:
        AnnotationError: for a task without the key, an answer with several choices, or two
            answers of one annotator to one task.
    """
    rows = [row for task in tasks for row in _answers(task, key, control, names or {})]
    answers = pd.DataFrame(rows, columns=["task", "annotator", "answer"])
    twice = answers[answers.duplicated(["task", "annotator"])]
    if len(twice):
        first = twice.iloc[0]
        raise AnnotationError(f"{first['annotator']} has answered task {first['task']} twice")
    return answers.sort_values(["task", "annotator"], ignore_index=True)


def _answers(
    task: Task, key: str, control: str, names: Mapping[int, str]
) -> list[tuple[str, str, str]]:
    if key not in task.get("data", {}):
        raise AnnotationError(f"a task of the export has no {key!r} in its data")
    name, rows = str(task["data"][key]), []
    for annotation in task.get("annotations", ()):
        if annotation.get("was_cancelled"):
            continue
        for result in annotation.get("result", ()):
            if result.get("from_name") != control:
                continue
            choices = result["value"].get("choices", [])
            if len(choices) != 1:
                raise AnnotationError(f"task {name} has {len(choices)} choices where one is due")
            rows.append((name, _annotator(annotation.get("completed_by"), names), str(choices[0])))
    return rows


def _annotator(completed_by: Any, names: Mapping[int, str]) -> str:
    # The plain export has the number of the account, a snapshot a small record of the user.
    record = completed_by if isinstance(completed_by, Mapping) else {"id": completed_by}
    return names.get(record.get("id", 0)) or str(record.get("email") or record.get("id"))


def side_by_side(answers: pd.DataFrame) -> pd.DataFrame:
    """One row per task, one column per annotator; NaN where an annotator gave no answer."""
    return answers.pivot(index="task", columns="annotator", values="answer")


def agreement(answers: pd.DataFrame) -> Agreement:
    """Cohen's kappa of two annotators on the tasks that both have answered.

    Source: Cohen, "A coefficient of agreement for nominal scales", 1960.

    Raises:
        AnnotationError: if there are not exactly two annotators, or no task that both answered.
    """
    table = side_by_side(answers)
    if table.shape[1] != 2:
        raise AnnotationError(f"Cohen's kappa compares two annotators, not {table.shape[1]}")
    both = table.dropna()
    if both.empty:
        raise AnnotationError("there is no task that both annotators have answered")
    first, second = both.iloc[:, 0], both.iloc[:, 1]
    shares = [answers.value_counts(normalize=True) for answers in (first, second)]
    by_chance = float(shares[0].mul(shares[1], fill_value=0.0).sum())
    observed = float((first == second).mean())
    kappa = float(cohen_kappa_score(first, second)) if by_chance < 1 else float("nan")
    return Agreement(len(both), observed, by_chance, kappa)


def disagreements(answers: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`side_by_side` in which two given answers differ."""
    table = side_by_side(answers)
    return table[table.nunique(axis=1) > 1]


def resolve(answers: pd.DataFrame, decisions: Mapping[str, str]) -> pd.DataFrame:
    """One final answer per task: the one given by all who answered, or a third person's decision.

    Args:
        answers: as :func:`read_annotations` gives them.
        decisions: task to answer, for tasks on which the annotators disagree.

    Returns:
        ``answer`` and ``settled_by`` (``"agreement"``, ``"single answer"`` or ``"decision"``),
        indexed by ``task``.

    Raises:
        AnnotationError: if a disagreement is undecided, or a decision is on a task on which
            nobody disagrees.
    """
    open_tasks = set(disagreements(answers).index)
    missing, idle = sorted(open_tasks - set(decisions)), sorted(set(decisions) - open_tasks)
    if missing:
        raise AnnotationError(f"{len(missing)} disagreement(s) undecided: {', '.join(missing[:5])}")
    if idle:
        raise AnnotationError(f"decisions on tasks without disagreement: {', '.join(idle[:5])}")
    given = answers.groupby("task")["answer"]
    final = pd.DataFrame({"answer": given.first()})
    final["settled_by"] = given.size().map(lambda n: "single answer" if n == 1 else "agreement")
    decided = final.index.isin(list(open_tasks))
    final.loc[decided, "answer"] = final.index[decided].map(dict(decisions))
    final.loc[decided, "settled_by"] = "decision"
    return final
