"""Cases to decide on in a lab, each with what is true beside what is seen: drawn from a seed.

:func:`companies` have a history of fallbacks, :func:`offices` one of waiting for a feature store,
:func:`twins` are smaller models, tried beside the model. ``..._bring`` says what a decision brings in
dollars once the truth is known. The cases are random, and so are no answers to anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

REASONS = ("unknown", "store", "features")
CONTRACTS = ("Month-to-month", "One year", "Two year")
LONGEST = 3.0  # seconds that a budget may have
_BUDGETS = ((0.2, 0.4, 0.8, 1.6, 3.0), (0.4, 0.3, 0.15, 0.1, 0.05))
_PEOPLE = 40_000  # drawn to find what a twin costs
Case = dict[str, Any]


def companies(
    rng: np.random.Generator,
    count: int,
    rows: tuple[int, int] = (300, 1200),
    works: bool = True,
) -> list[Case]:
    """Companies, each with the history of its fallbacks and the truth about contacting.

    Args:
        rows: between these lies the number of rows of a history.
        works: whether contacting keeps anybody.

    Returns:
        dicts with ``history`` (columns reason, contract, contacted, left), ``terms`` (worth, contact,
        customers), ``true``: by reason and contract, dollars that contacting this group brings.
    """
    made = []
    for _ in range(count):
        logit = rng.normal((-0.6, -1.8, -2.8), 0.3) + rng.normal(0, 0.6, (3, 1))
        leaves = 1 / (1 + np.exp(-logit - rng.normal(0, 0.25, (3, 3))))
        effect = rng.uniform(0.2, 0.6) + rng.normal(0, 0.2, (3, 1)) + rng.normal(0, 0.1, (3, 3))
        kept = np.clip(effect, -0.2, 0.9) * works
        share = rng.dirichlet((2, 4, 1.2))[:, None] * rng.dirichlet((5, 2, 2))
        n = int(rng.integers(*rows))
        reason, contract = np.divmod(rng.choice(9, n, p=share.ravel()), 3)
        contacted = rng.random(n) < np.array([0.85, 0.4, 0.15])[contract]
        p = leaves[reason, contract] * np.where(contacted, 1 - kept[reason, contract], 1)
        history = pd.DataFrame(
            {
                "reason": np.array(REASONS)[reason],
                "contract": np.array(CONTRACTS)[contract],
                "contacted": contacted,
                "left": rng.random(n) < p,
            }
        )
        terms = {
            "worth": float(rng.choice([60, 90, 120])),
            "contact": float(rng.choice([6, 10, 15])),
            "customers": 10_000,
        }
        value = leaves * kept * terms["worth"] - terms["contact"]
        dollars = terms["customers"] * share * value
        true = {
            one: dict(zip(CONTRACTS, map(float, row), strict=True))
            for one, row in zip(REASONS, dollars, strict=True)
        }
        made.append({"history": history, "terms": terms, "true": true})
    return made


def rule_brings(company: Case, rule: Mapping[str, Mapping[str, bool]]) -> float:
    """What a rule (reason → contract → contact or not) brings a company in dollars."""
    return sum(
        dollars
        for reason, row in company["true"].items()
        for contract, dollars in row.items()
        if rule[reason][contract]
    )


def best_rule_brings(company: Case) -> float:
    return sum(max(0.0, dollars) for row in company["true"].values() for dollars in row.values())


def offices(
    rng: np.random.Generator, count: int, rows: tuple[int, int] = (400, 1200)
) -> list[Case]:
    """Call centres, each with its log of look-ups and the truth about how long the store takes.

    Returns:
        dicts with ``calls`` (columns budget, waited, answered; seconds), ``terms`` (gain,
        per_second) and ``true``: the parameters of a mixture of two lognormal distributions.
    """
    made = []
    for _ in range(count):
        fast, slow = rng.uniform(0.02, 0.1), rng.uniform(0.3, 2.5)
        share = rng.uniform(0.3, 0.8)
        spreads = rng.uniform((0.3, 0.2), (0.6, 0.5))
        n = int(rng.integers(*rows))
        noise = rng.normal(size=n)
        taken = np.where(
            rng.random(n) < share,
            fast * np.exp(spreads[0] * noise),
            slow * np.exp(spreads[1] * noise),
        )
        taken = np.round(taken, 3)
        budget = rng.choice(_BUDGETS[0], n, p=_BUDGETS[1])
        calls = pd.DataFrame(
            {"budget": budget, "waited": np.minimum(taken, budget), "answered": taken <= budget}
        )
        terms = {"gain": float(rng.uniform(1, 4)), "per_second": float(rng.uniform(0.5, 4))}
        true = [float(x) for x in (fast, slow, share, *spreads)]
        made.append({"calls": calls, "terms": terms, "true": true})
    return made


def budget_brings(office: Case, budget: float) -> float:
    """What a budget of so many seconds brings in dollars per call, on average."""
    answered, waited = _answered_and_waited(office["true"], np.array([budget]))
    terms = office["terms"]
    return float(terms["gain"] * answered[0] - terms["per_second"] * waited[0])


def best_budget_brings(office: Case) -> float:
    answered, waited = _answered_and_waited(office["true"], np.linspace(0, LONGEST, 601))
    terms = office["terms"]
    return float((terms["gain"] * answered - terms["per_second"] * waited).max())


def _answered_and_waited(true: list[float], budgets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share that is answered within each budget, and the mean time that is waited for it."""
    fast, slow, share, *spreads = true
    answered, waited = np.zeros(len(budgets)), np.zeros(len(budgets))
    parts = ((share, fast, spreads[0]), (1 - share, slow, spreads[1]))
    for weight, median, spread in parts:
        with np.errstate(divide="ignore"):
            z = np.log(budgets / median) / spread
        below, mean = _normal(z), median * math.exp(spread**2 / 2)
        answered += weight * below
        waited += weight * (mean * _normal(z - spread) + budgets * (1 - below))
    return answered, waited


def _normal(z: np.ndarray) -> np.ndarray:
    return np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])


def twins(
    rng: np.random.Generator,
    count: int,
    rows: tuple[int, int] = (400, 1500),
    broken: float = 0.5,
) -> list[Case]:
    """Smaller twins of models, each tried beside its model on a sample of customers.

    Args:
        rows: between these lies the number of customers in a sample.
        broken: the share of twins that get some customers altogether wrong.

    Returns:
        dicts with ``sample`` (columns full, small: the probabilities of model and twin; left),
        ``terms`` (worth, contact, customers, saves) and ``true``: dollars that shipping brings.
    """
    made = []
    for _ in range(count):
        a = rng.uniform(0.6, 1.2)
        b = a * rng.uniform(2, 4)
        noise = math.exp(rng.uniform(math.log(0.003), math.log(0.05)))
        odd = rng.uniform(0.005, 0.03) if rng.random() < broken else 0.0
        worth, contact = float(rng.choice([40, 60, 90])), float(rng.choice([6, 10, 15]))
        full, small = _scored(rng, _PEOPLE, a, b, noise, odd)
        flips = (full * worth >= contact) != (small * worth >= contact)
        loss = float((np.abs(full * worth - contact) * flips).mean())
        customers = int(rng.choice([20_000, 50_000, 200_000]))
        saves = float(round(loss * customers * math.exp(rng.normal()) + 50))
        n = int(rng.integers(*rows))
        full, small = _scored(rng, n, a, b, noise, odd)
        sample = pd.DataFrame({"full": full, "small": small, "left": rng.random(n) < full})
        terms = {"worth": worth, "contact": contact, "customers": customers, "saves": saves}
        made.append({"sample": sample, "terms": terms, "true": saves - loss * customers})
    return made


def _scored(
    rng: np.random.Generator, n: int, a: float, b: float, noise: float, odd: float
) -> tuple[np.ndarray, np.ndarray]:
    full = rng.beta(a, b, n)
    small = full + noise * rng.normal(size=n)
    wrong = rng.random(n) < odd
    small[wrong] = rng.beta(a, b, int(wrong.sum()))
    return full, np.clip(small, 0, 1)
