"""When a version has failed more than it may: the intervals, and how often a good one is sent away."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from churn.release import Budget, Evidence, judge
from churn.release.budget import loss_excess, seen, share_excess, share_interval

BUDGET = Budget()


def values(dollars: list[float]) -> Evidence:
    return Evidence(answers=len(dollars), valued=len(dollars), dollars=sum(dollars),
                    squares=sum(one**2 for one in dollars))  # fmt: skip


@pytest.mark.parametrize(("count", "of"), [(0, 10), (1, 10), (3, 40), (40, 40)])
def test_a_share_has_the_exact_interval(count: int, of: int) -> None:
    scipys = stats.binomtest(count, of).proportion_ci(0.9)
    one_sided = share_interval(count, of, 0.05)
    assert one_sided == pytest.approx((scipys.low, scipys.high))


def test_an_excess_lies_between_the_ends_of_both() -> None:
    mine, theirs = share_interval(5, 20, 0.01), share_interval(2, 50, 0.01)
    found = share_excess(5, 20, 2, 50, 0.02)
    assert found == pytest.approx((mine.low - theirs.high, mine.high - theirs.low))
    assert share_excess(5, 20, 0, 0, 0.02) == mine  # nothing is known of the old one


def test_a_loss_has_welchs_interval_where_the_new_version_varies_more() -> None:
    rng = np.random.default_rng(0)
    old, new = rng.normal(20, 5, 30), rng.normal(10, 9, 12)
    theirs = stats.ttest_ind(old, new, equal_var=False).confidence_interval(0.9)
    found = loss_excess(values(old.tolist()), values(new.tolist()), 0.05)
    assert found == pytest.approx((theirs.low, theirs.high))
    assert loss_excess(values([3.0] * 10), values([1.0] * 10), 0.05) == (2, 2)
    calm = loss_excess(values(new.tolist()), values([10.0] * 12), 0.05)
    assert calm.high - calm.low > 9  # twelve equal answers do not make it certain


@pytest.mark.parametrize(
    ("new", "figure"),
    [
        (Evidence(answers=20, errors=12), "errors"),
        (Evidence(answers=20, slow=15), "slow"),
        (Evidence(compared=20, differ=18), "differ"),
        (values([-45.0] * 20), "loss"),
    ],
)
def test_each_budget_sends_back(new: Evidence, figure: str) -> None:
    old = values([20.0, -45.0, 139.0] * 50)
    verdict = judge(BUDGET, old, new)
    assert verdict.action == "go back"
    assert verdict.reason.startswith(figure)
    assert verdict.excess[figure].low > getattr(BUDGET, figure)
    generous = BUDGET.model_copy(update={"errors": 1.0, "slow": 1.0, "differ": 1.0, "loss": 1e3})
    assert judge(generous, old, new).action == "go on"


def test_few_answers_decide_nothing() -> None:
    assert judge(BUDGET, Evidence(), Evidence(answers=9, errors=9)).action == "go on"
    assert judge(BUDGET, Evidence(), Evidence(answers=10, errors=9)).action == "go back"


def test_errors_that_both_versions_have_are_the_clients() -> None:
    half = Evidence(answers=400, errors=200)
    assert judge(BUDGET, half, half).action == "go on"


def test_it_waits_until_enough_is_seen() -> None:
    good = Evidence(answers=29)
    assert judge(BUDGET, Evidence(answers=100), good, needed=30).action == "wait"
    assert judge(BUDGET, Evidence(answers=100), good, needed=29).action == "go on"
    # Where it is told what answers brought, those count of which it was told.
    told = values([0.0] * 40)
    assert judge(BUDGET, told, Evidence(answers=500, valued=12), needed=30).action == "wait"
    assert seen(told, Evidence(answers=9, valued=3, compared=4)) == 7
    assert seen(Evidence(), Evidence(answers=9, compared=4)) == 9


def test_a_good_version_is_rarely_sent_away_however_often_one_looks() -> None:
    """A version just at its budget, judged after each of 300 answers, 300 times over."""
    rng, alarms, plain = np.random.default_rng(3), 0, 0
    old = Evidence(answers=10**9, errors=10**7)  # its share is known: 1 %
    for _ in range(300):
        failed = rng.random(300) < 0.01 + BUDGET.errors
        counts, looks = np.cumsum(failed), np.arange(1, 301)
        sent = [
            judge(BUDGET, old, Evidence(answers=int(n), errors=int(k))).action == "go back"
            for n, k in zip(looks[failed], counts[failed], strict=True)
        ]
        alarms += any(sent)
        plain += any(
            share_interval(int(k), int(n), 0.05).low > 0.01 + BUDGET.errors
            for n, k in zip(looks[failed], counts[failed], strict=True) if n >= BUDGET.least
        )  # fmt: skip
    assert alarms / 300 <= BUDGET.false_alarm
    assert plain / 300 > 0.1  # an interval that is made for one look


def test_values_raise_few_false_alarms_either() -> None:
    rng, alarms = np.random.default_rng(4), 0
    old = values(rng.choice([-45.0, 0.0, 139.0], p=[0.3, 0.5, 0.2], size=4000).tolist())
    for _ in range(100):
        new = rng.choice([-45.0, 0.0, 139.0], p=[0.3, 0.5, 0.2], size=200) - BUDGET.loss
        sums, squares = np.cumsum(new), np.cumsum(new**2)
        alarms += any(
            judge(BUDGET, old, Evidence(answers=n, valued=n, dollars=float(sums[n - 1]),
                                        squares=float(squares[n - 1]))).action == "go back"
            for n in range(10, 201, 5)
        )  # fmt: skip
    assert alarms / 100 <= BUDGET.false_alarm
