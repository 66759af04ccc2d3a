"""The notebook that a drill begins with: the same for each but for its name."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from coursekit.authoring.notebooks import KERNELSPEC, LANGUAGE
from coursekit.incidents.stories import ANSWERS, REMEDIES, columns

_TITLE = """# Incident drill {name}

It is the last day of the tables below. Something may have happened to this telco or to its data, once, in one month; or nothing did. Find out what, where and since when, and what is to be done.

| table | rows |
|---|---|
| `seen.before` | snapshots of the first eight months, as they were read then: nothing had happened yet |
| `seen.after` | snapshots of all twenty months, as they are read now |
| `seen.labels` | who left in the month after a snapshot (`churned`), as far as it is known; a departure is known two months late |
| `seen.events` | calls, payments and usage of a quarter of the customers, in twelve months |

What the columns mean stands in [datasets/scenarios](../../datasets/scenarios/README.md); what can happen, too. The date is the first day on which it acted; for all kinds but one the month is enough.

Hand in once: the first answer counts, and the story is told after it. The kind gives 40 points, column, date and remedy 20 each; what comes near gives a part.

Nothing that this notebook is given says what happened: not its tables, nor the name of the drill, nor the simulator. It is kept sealed in a vault outside the course's folder, which only the `course` command opens. The vault is yours, though, like everything of your account, and a program of yours could open it as the command does. This is practice and no examination."""

_SETUP = """import pandas as pd

from coursekit.incidents import hand_in, open_evidence

seen = open_evidence("{name}")
seen.after.groupby("as_of").size()"""

_LOOK = """by_month = seen.after.groupby("as_of")
by_month.mean(numeric_only=True).round(2)"""

_ANSWERS = """## What you can answer

**Kind**: {kinds}.

**Column**: {columns}. What changes whether customers leave acts on `Churn`.

**Remedy**:

{remedies}

If nothing happened, the answer is `nothing` alone."""

_HAND_IN = """# kind, column, date, remedy: for example "price_rise, MonthlyCharges, 2025-03, retrain"
my_answer = "kind, column, date, remedy"

hand_in("{name}", my_answer)"""


def notebook(name: str) -> NotebookNode:
    """A fresh notebook of a drill."""
    answers = _ANSWERS.format(
        kinds=_codes(ANSWERS),
        columns=_codes(columns()),
        remedies="\n".join(f"- `{remedy}`: {what}" for remedy, what in REMEDIES.items()),
    )
    cells = [
        nbformat.v4.new_markdown_cell(_TITLE.format(name=name), id="title"),
        nbformat.v4.new_code_cell(_SETUP.format(name=name), id="setup"),
        nbformat.v4.new_code_cell(_LOOK, id="look"),
        nbformat.v4.new_code_cell("# Your search", id="search"),
        nbformat.v4.new_markdown_cell(answers, id="answers"),
        nbformat.v4.new_code_cell(_HAND_IN.format(name=name), id="hand-in"),
    ]
    metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
