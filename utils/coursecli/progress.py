"""The progress bar of `course grade`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from coursecli.terminal import bar_on, printable
from grader.engines.pool import OnProgress
from grader.outcomes import Outcome, Submission, points_text


def graded_with_progress(
    console: Console, batch: Sequence[Submission], start: Callable[[OnProgress], Iterator[Outcome]]
) -> list[Outcome]:
    """Draw a batch while it is graded: learner, lab, state and the time that remains.

    The lines of the learners come in the order of the batch, each when it is done and all before
    it are. Where the output is not a terminal there are only these lines.
    """
    shown = "{task.fields[learner]:<14} {task.fields[lab]} {task.fields[state]:<10}"
    with bar_on(console, shown) as progress:
        bar = progress.add_task("grade", total=len(batch), learner="", lab="", state="")
        unchanged = set()

        def on_progress(submission: Submission, state: str) -> None:
            if state == "unchanged":
                unchanged.add(submission.student)
            progress.update(
                bar,
                advance=0 if state == "running" else 1,
                learner=printable(submission.student),
                lab=printable(submission.lab),
                state=state,
            )

        outcomes: list[Outcome] = []
        for outcome in start(on_progress):
            outcomes.append(outcome)
            time = f"{outcome.seconds:.1f} s"
            points = f"{points_text(outcome.score)}/{points_text(outcome.max_score)}"
            line = f"{points} {outcome.status} {outcome.remarks}"
            said = (
                f"{outcome.student:>12}: {line.strip()}"
                f"  ({'graded before' if outcome.student in unchanged else time})"
            )
            progress.console.print(Text(printable(said)), soft_wrap=True)
    return outcomes
