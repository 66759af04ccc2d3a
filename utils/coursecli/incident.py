"""`course incident`: drills in which the learner finds out what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coursecli.here import course_folder
from coursecli.terminal import Mark, fail, say

if TYPE_CHECKING:
    from coursekit.incidents.vault import Vault


def incident(
    name: Annotated[str | None, typer.Argument(help="A drill; without it all are listed.")] = None,
    new: Annotated[
        int | None, typer.Option(help="Make another drill; the same seed is the same drill here.")
    ] = None,
    answer: Annotated[
        str | None, typer.Option(help='Hand in "kind, column, date, remedy", or "nothing".')
    ] = None,
) -> None:
    """Find out what happened to a telco: list the drills, open one, or hand in an answer.

    A drill is a notebook in my_notebooks/incidents/ with data from before and after. Only this command
    knows what happened; it says so after the first answer.
    """
    from coursekit.incidents import drills
    from coursekit.incidents.scoring import AnswerError
    from coursekit.incidents.vault import Vault, VaultError

    root = course_folder()
    try:
        if name and new is not None:
            raise drills.DrillError("Give the name of a drill or --new, not both.")
        name = drills.new_name(new) if new is not None else name
        vault = Vault()
        if name and answer is not None:
            _close(name, answer, vault)
        elif answer is not None:
            raise drills.DrillError("Name the drill that this is the answer to.")
        elif name:
            opened = drills.open_drill(name, vault)
            where = opened.notebook.relative_to(root)
            say(f"{'Your notebook is as you left it' if opened.kept else 'Opened'}: {where}", "✔")
        else:
            _list(vault)
    except (drills.DrillError, AnswerError, VaultError) as error:
        raise fail(str(error)) from error


def _list(vault: Vault) -> None:
    from coursekit.incidents import drills

    found = drills.drills(vault)
    for drill in found:
        result = (
            f"{drill.points:>3} of 100  {drill.kind}" if drill.state == "closed" else drill.state
        )
        say(f"{drill.name:<12} {result}")
    closed = sum(drill.state == "closed" for drill in found)
    say(f"{closed} of {len(found)} closed. Open one with `course incident NAME`.")


def _close(name: str, answer: str, vault: Vault) -> None:
    from coursekit.incidents import drills

    closed = drills.close(name, answer, vault)
    for part in closed.parts:
        mark: Mark = "✔" if part.points == part.of else "·" if part.points else "✘"
        say(f"{part.name:<7} {part.points:>2} of {part.of}: {part.why}", mark)
    say(f"{closed.points} of 100 points")
    say(f"What happened: {closed.told}")
    say(f"How it could be seen: {closed.clue}")
