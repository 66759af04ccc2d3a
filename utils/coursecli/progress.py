"""The progress bar of `course grade`."""

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grader.engines.pool import OnProgress
from grader.outcomes import Outcome, Submission


def graded_with_progress(
    console: Console, batch: Sequence[Submission], start: Callable[[OnProgress], Iterator[Outcome]]
) -> list[Outcome]:
    """Draw a batch while it is graded: learner, lab, state and the time that remains.

    The lines of the learners come in the order of the batch, each when it is done and all before
    it are. Where the output is not a terminal there are only these lines.
    """
    columns = (
        TextColumn("{task.fields[learner]:<14} {task.fields[lab]} {task.fields[state]:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("grade", total=len(batch), learner="", lab="", state="")
        unchanged = set()

        def on_progress(submission: Submission, state: str) -> None:
            if state == "unchanged":
                unchanged.add(submission.student)
            progress.update(
                bar,
                advance=0 if state == "running" else 1,
                learner=submission.student,
                lab=submission.lab,
                state=state,
            )

        outcomes: list[Outcome] = []
        for outcome in start(on_progress):
            outcomes.append(outcome)
            time = f"{outcome.seconds:.1f} s"
            line = f"{outcome.score:g}/{outcome.max_score:g} {outcome.status} {outcome.remarks}"
            progress.console.print(
                f"{outcome.student:>12}: {line.strip()}"
                f"  ({'graded before' if outcome.student in unchanged else time})",
                markup=False,
                soft_wrap=True,
            )
    return outcomes
