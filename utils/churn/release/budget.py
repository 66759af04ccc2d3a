"""Whether a new version has failed more than it may, from what both versions did.

The verdict is asked for again and again while answers come in. A plain 95 % interval that is looked at
after each answer excludes the truth sooner or later, whatever the truth is. So the look at n answers
gets the part ``least / (n (n + 1))`` of the allowed chance of a false alarm: over all n from ``least``
on these parts add up to 1. (The union bound; see Waudby-Smith et al., "Time-uniform central limit
theory and asymptotic confidence sequences", 2024, for tighter ones.)
"""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from scipy.special import betaincinv, stdtrit

Share = Annotated[float, Field(ge=0, le=1)]
Action = Literal["go on", "wait", "go back"]


class Interval(NamedTuple):
    """By how much the new version exceeds the old one."""

    low: float
    high: float


class Evidence(BaseModel):
    """What was seen of one version.

    Attributes:
        answers: requests that it was sent.
        errors: of these, got no answer or one with a status from 400 on. A client's own mistakes are
            among them: they happen to both versions, and only the difference is judged.
        slow: of these, took longer than ``Budget.seconds``.
        compared: copies whose answer could be compared with the one that was served.
        differ: of these, decided otherwise.
        valued: answers of which somebody said what they brought.
        dollars: what these brought together; ``squares`` the sum of their squares.
    """

    model_config = ConfigDict(extra="forbid")

    answers: int = 0
    errors: int = 0
    slow: int = 0
    compared: int = 0
    differ: int = 0
    valued: int = 0
    dollars: float = 0.0
    squares: float = 0.0


class Budget(BaseModel):
    """What a new version may do worse than the old one before it has to go.

    Attributes:
        errors: share of requests, beyond the old version's share.
        slow: the same, of requests that take longer than ``seconds``.
        differ: share of copies that are decided otherwise than by the old version.
        loss: dollars an answer, below what the old version's bring.
        least: with fewer answers nothing is decided.
        false_alarm: the chance to send a version away that keeps all four budgets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    errors: Share = 0.02
    slow: Share = 0.05
    seconds: Annotated[float, Field(gt=0)] = 0.25
    differ: Share = 0.25
    loss: Annotated[float, Field(ge=0)] = 2.0
    least: int = Field(default=10, ge=2)
    false_alarm: Annotated[float, Field(gt=0, lt=1)] = 0.05


class Verdict(NamedTuple):
    """What to do, why, and by how much each figure exceeds the old version's."""

    action: Action
    reason: str
    excess: dict[str, Interval]


def judge(budget: Budget, old: Evidence, new: Evidence, needed: int = 0) -> Verdict:
    """Whether the new version has to go.

    It goes when the interval of a figure's excess lies wholly above its budget. "Go on" says only
    that nothing was found in what was seen (``needed`` of :func:`seen`): the upper ends of the
    intervals say what may still be wrong.
    """
    alpha = budget.false_alarm / 4  # one for each figure
    excess = {}
    if new.answers >= budget.least:
        part = _part(new.answers, budget.least, alpha)
        excess["errors"] = share_excess(new.errors, new.answers, old.errors, old.answers, part)
        excess["slow"] = share_excess(new.slow, new.answers, old.slow, old.answers, part)
    if new.compared >= budget.least:
        part = _part(new.compared, budget.least, alpha)
        excess["differ"] = share_interval(new.differ, new.compared, part)
    if min(new.valued, old.valued) >= budget.least:
        excess["loss"] = loss_excess(old, new, _part(new.valued, budget.least, alpha))
    for name, interval in excess.items():
        if interval.low > (allowed := getattr(budget, name)):
            reason = f"{name}: at least {interval.low:.3g} more than before, {allowed:g} allowed"
            return Verdict("go back", reason, excess)
    if seen(old, new) < needed:
        return Verdict("wait", f"fewer than {needed} answers were seen", excess)
    return Verdict("go on", f"no budget was found broken in {needed} answers", excess)


def seen(old: Evidence, new: Evidence) -> int:
    """Answers of the new version about which all is known that will be.

    Where somebody says what answers brought, those of which it was said, and copies, which bring
    nothing, once they were compared. A release that goes on before that is judged on nothing.
    """
    return new.valued + new.compared if old.valued else new.answers


def share_interval(count: int, of: int, alpha: float) -> Interval:
    """Clopper-Pearson: a share that was ``count`` of ``of``; each end is wrong with chance alpha."""
    low = float(betaincinv(count, of - count + 1, alpha)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - alpha)) if count < of else 1.0
    return Interval(low, high)


def share_excess(new: int, of_new: int, old: int, of_old: int, alpha: float) -> Interval:
    """By how much a share exceeds another; each end is wrong with a chance of at most alpha.

    Where the old version was never asked, its share is taken to be 0.
    """
    mine = share_interval(new, of_new, alpha / 2)
    theirs = share_interval(old, of_old, alpha / 2) if of_old else Interval(0.0, 0.0)
    return Interval(mine.low - theirs.high, mine.high - theirs.low)


def loss_excess(old: Evidence, new: Evidence, alpha: float) -> Interval:
    """Dollars an answer that the new version brings less than the old one.

    Welch's interval, but the new version is taken to vary at least as much as the old one: among its
    first answers the rare ones that bring most are often missing, and with them most of the variance.
    """
    means, variances = [], []
    for one in (old, new):
        mean = one.dollars / one.valued
        means.append(mean)
        variances.append(max(one.squares - one.valued * mean**2, 0.0) / (one.valued - 1))
    parts = [variances[0] / old.valued, max(variances) / new.valued]
    loss, error = means[0] - means[1], sum(parts)
    if error == 0:
        return Interval(loss, loss)
    freedom = error**2 / (parts[0] ** 2 / (old.valued - 1) + parts[1] ** 2 / (new.valued - 1))
    width = float(stdtrit(freedom, 1 - alpha)) * math.sqrt(error)
    return Interval(loss - width, loss + width)


def _part(n: int, least: int, alpha: float) -> float:
    return alpha * least / (n * (n + 1))
