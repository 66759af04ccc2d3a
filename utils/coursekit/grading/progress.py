"""The progress bar of `course grade`."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from coursekit.grading.engine import Outcome, Submission


def graded_with_progress(
    console: Console, batch: Sequence[Submission], graded: Iterator[Outcome]
) -> list[Outcome]:
    """Draw the outcomes as they come: learner, lab, state and the time that remains.

    Where the output is not a terminal there is no bar, but each line still appears when its
    learner is done.
    """
    columns = (
        TextColumn("{task.fields[learner]:<14} {task.fields[lab]} {task.fields[state]:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    outcomes: list[Outcome] = []
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("grade", total=len(batch), learner="", lab="", state="")
        for submission in batch:
            progress.update(bar, learner=submission.student, lab=submission.lab, state="running")
            outcome = next(graded)
            outcomes.append(outcome)
            line = f"{outcome.score:g}/{outcome.max_score:g} {outcome.status} {outcome.reason}"
            progress.console.print(
                f"{outcome.student:>12}: {line.strip()}  ({outcome.seconds:.1f} s)",
                markup=False,
                soft_wrap=True,
            )
            progress.update(bar, advance=1, state=outcome.status)
    return outcomes
