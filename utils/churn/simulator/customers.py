"""Simulated customers: a cross-section with the columns and dependences of the IBM sample.

For most uses::

    simulate_customers(n=7043, seed=0) -> DataFrame      # follows churn.schema

The parts, for a simulation that goes on in time (``Codes`` is a dict of integer arrays, see
:data:`churn.simulator.codes.Codes`; ``rng`` comes from
:func:`churn.simulator.random_streams.generator`)::

    draw_profile(n, rng, tenure=None) -> Codes           # everything but total and churn
    draw_newcomers(n, rng) -> Codes                      # profiles of customers who just joined
    draw_monthly_steps(codes, rng) -> int32 array        # list price + the customer's deviation
    draw_total_steps(codes, rng) -> int32 array          # what has been billed since joining
    draw_churn(codes, rng) -> int8 array                 # 1 = leaves
    churn_logit(codes) -> float64 array                  # log odds of the above
    has(codes, component) -> bool array                  # who has a component of the price list
    component_count(codes), list_price_steps(codes) -> int32 array
    customer_ids(count, seed=0, start=0) -> object array # unique, numbered on from ``start``
    to_frame(codes, ids) -> DataFrame                    # codes to schema

Amounts are whole multiples of five cents (``*_steps``) until :func:`to_frame` makes dollars of
them. The same seed gives the same bytes on every platform: draws are compared as integers, see
:mod:`churn.simulator.conditional_models`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.schema import ALLOWED, COLUMNS, ID, MAX_TENURE, PRICE_LIST, TARGET, bill_range
from churn.simulator import conditional_models
from churn.simulator.codes import MILLI, STEPS_PER_DOLLAR, YES, Codes, code
from churn.simulator.random_streams import generator

_DIGITS, _LETTERS = 10**4, 26**5
#: How many different customer ids there are.
ID_SPACE = _DIGITS * _LETTERS


def simulate_customers(n: int = 7043, seed: int = 0) -> pd.DataFrame:
    """A table of ``n`` customers that follows :mod:`churn.schema`.

    Rows are independent draws: their order carries no signal. ``seed`` is a whole number >= 0.

    Raises:
        ValueError: if ``n`` < 1 or ``seed`` < 0.
    """
    if n < 1:
        raise ValueError(f"cannot simulate {n} customers: n must be at least 1")
    rng = generator(seed)
    codes = draw_profile(n, rng)
    codes["total_steps"] = draw_total_steps(codes, rng)
    codes[TARGET] = draw_churn(codes, rng)
    return to_frame(codes, customer_ids(n, seed))


def draw_tenure(n: int, rng: np.random.Generator) -> NDArray[np.int16]:
    """Months (0-72) for ``n`` customers of a cross-section."""
    bits = rng.integers(0, 2**32, size=n, dtype=np.uint32)
    bounds = conditional_models.calibration().tenure_bounds
    return np.searchsorted(bounds, bits, side="right").astype(np.int16)


def draw_profile(
    n: int, rng: np.random.Generator, tenure: NDArray[np.integer[Any]] | None = None
) -> Codes:
    """Codes of ``n`` customers: all columns of ``schema.ALLOWED`` but churn, tenure, monthly price.

    Args:
        n: how many.
        rng: of one of the random streams.
        tenure: months, shape ``(n,)``, values 0-72; drawn from the cross-section when None.

    Returns:
        Arrays of shape ``(n,)``: int8 codes, ``tenure`` int16 (months), ``monthly_steps`` int32.
    """
    months = draw_tenure(n, rng) if tenure is None else np.asarray(tenure, dtype=np.int16)
    if months.shape != (n,) or (n and (months.min() < 0 or months.max() > MAX_TENURE)):
        raise ValueError(f"tenure must be {n} months between 0 and {MAX_TENURE}")
    codes: Codes = {conditional_models.TENURE: months}
    for name, column in conditional_models.COLUMNS.items():
        if name != TARGET:
            codes[name] = conditional_models.draw_column(column, codes, n, rng)
    codes["monthly_steps"] = draw_monthly_steps(codes, rng)
    return codes


def draw_newcomers(n: int, rng: np.random.Generator) -> Codes:
    """Profiles of ``n`` customers who have just joined: ``tenure`` is 0 for all of them.

    Drawn as customers in their first month look in a cross-section: few have left by then, so
    they are the joiners, not the survivors. (The handful with tenure 0 in the real table are
    too few to say anything.)
    """
    codes = draw_profile(n, rng, np.ones(n, dtype=np.int16))
    codes[conditional_models.TENURE] = np.zeros(n, dtype=np.int16)
    return codes


def component_count(codes: Codes) -> NDArray[np.int32]:
    """How many priced components (phone, second line, internet, add-ons) each customer has."""
    return sum((has(codes, name).astype(np.int32) for name in PRICE_LIST), start=_zeros(codes))


def list_price_steps(codes: Codes) -> NDArray[np.int32]:
    """The monthly list price of each customer's services, in multiples of five cents."""
    price = _zeros(codes)
    for name, dollars in PRICE_LIST.items():
        price += has(codes, name) * np.int32(round(dollars * STEPS_PER_DOLLAR))
    return price


def has(codes: Codes, component: str) -> NDArray[np.bool_]:
    """Which customers have a component of the price list."""
    if component in ALLOWED:
        return codes[component] == YES
    return codes["InternetService"] == code("InternetService", component)


def draw_monthly_steps(codes: Codes, rng: np.random.Generator) -> NDArray[np.int32]:
    """Monthly price in multiples of five cents: list price plus a normal deviation.

    The deviation's standard deviation is about 0.50 dollars times the square root of the number
    of components, as in the IBM sample.
    """
    scale = conditional_models.calibration().price_deviation * STEPS_PER_DOLLAR
    deviation = rng.standard_normal(len(codes[conditional_models.TENURE])) * np.sqrt(
        component_count(codes)
    )
    return billed_steps(codes, np.rint(deviation * scale).astype(np.int32))


def billed_steps(codes: Codes, deviation: NDArray[np.int32]) -> NDArray[np.int32]:
    """List price plus deviation in multiples of five cents, within :func:`schema.bill_range`.

    Of a million customers chance takes a few further from the list than any bill may lie.
    """
    low, high = (round(dollars * STEPS_PER_DOLLAR) for dollars in bill_range())
    return np.clip(list_price_steps(codes) + deviation, low, high).astype(np.int32)


def draw_total_steps(codes: Codes, rng: np.random.Generator) -> NDArray[np.int32]:
    """Dollars billed since joining, in multiples of five cents; 0 for tenure 0.

    Equal to the monthly price at tenure 1; later tenure times the monthly price plus a normal
    deviation that grows with the square root of what was billed before, as in the IBM sample.
    """
    tenure = codes[conditional_models.TENURE].astype(np.int32)
    monthly = codes["monthly_steps"]
    billed_before = np.maximum(tenure - 1, 0) * monthly / STEPS_PER_DOLLAR
    scale = conditional_models.calibration().total_deviation * STEPS_PER_DOLLAR
    deviation = rng.standard_normal(len(tenure)) * np.sqrt(billed_before) * scale
    total = tenure * monthly + np.rint(deviation).astype(np.int32)
    return np.where(tenure == 0, 0, np.maximum(total, monthly)).astype(np.int32)


def churn_logit(codes: Codes) -> NDArray[np.float64]:
    """Log odds that a customer leaves, from the profile; tenure 0 counts as the first month."""
    (table,) = conditional_models.calibration().decisions[TARGET]
    return _churn_milli(table, codes) / MILLI


def draw_churn(codes: Codes, rng: np.random.Generator) -> NDArray[np.int8]:
    """1 for customers who leave, 0 for those who stay; never 1 at tenure 0."""
    (table,) = conditional_models.calibration().decisions[TARGET]
    leaves = conditional_models.happens(_churn_milli(table, codes), rng)
    return (leaves & (codes[conditional_models.TENURE] > 0)).astype(np.int8)


def customer_ids(count: int, seed: int = 0, start: int = 0) -> NDArray[Any]:
    """Ids ``dddd-AAAAA`` of customers number ``start`` to ``start + count - 1``, as ``str``.

    For one seed, different numbers have different ids: the number is sent through a permutation
    of all :data:`ID_SPACE` ids, so that ids look random and need no look-up of those in use.

    Raises:
        ValueError: if the numbers do not fit into the space of ids.
    """
    if start < 0 or count < 0 or start + count > ID_SPACE:
        raise ValueError(f"customer numbers must lie between 0 and {ID_SPACE - 1}")
    number = np.arange(start, start + count, dtype=np.uint64)
    digits, letters = number // np.uint64(_LETTERS), number % np.uint64(_LETTERS)
    # Adding to one half a function of the other can be undone, hence never makes two ids equal.
    for key in np.random.SeedSequence(seed).generate_state(6, np.uint64).reshape(3, 2):
        digits = (digits + _mix(letters ^ key[0]) % np.uint64(_DIGITS)) % np.uint64(_DIGITS)
        letters = (letters + _mix(digits ^ key[1]) % np.uint64(_LETTERS)) % np.uint64(_LETTERS)
    text = np.empty((count, 10), dtype=np.uint8)
    text[:, 4] = ord("-")
    for place in (3, 2, 1, 0):
        text[:, place] = digits % np.uint64(10) + np.uint64(ord("0"))
        digits //= np.uint64(10)
    for place in (9, 8, 7, 6, 5):
        text[:, place] = letters % np.uint64(26) + np.uint64(ord("A"))
        letters //= np.uint64(26)
    return text.view("S10").ravel().astype("U10").astype(object)


def to_frame(codes: Codes, ids: NDArray[Any]) -> pd.DataFrame:
    """The customer table of :mod:`churn.schema` for these codes.

    ``codes`` needs every column of ``schema.ALLOWED``, ``tenure``, ``monthly_steps`` and
    ``total_steps``; the total is blank (NaN) where tenure is 0.
    """
    tenure = codes[conditional_models.TENURE].astype(np.int64)
    total = codes["total_steps"] / STEPS_PER_DOLLAR
    columns: dict[str, NDArray[Any]] = {
        ID: ids,
        conditional_models.TENURE: tenure,
        "MonthlyCharges": codes["monthly_steps"] / STEPS_PER_DOLLAR,
        "TotalCharges": np.where(tenure == 0, np.nan, total),
    }
    for name in ALLOWED:
        columns[name] = _labels(name)[codes[name]]
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


@cache
def _labels(name: str) -> NDArray[Any]:
    kind = np.int64 if name == "SeniorCitizen" else object
    return np.array(ALLOWED[name], dtype=kind)


def _zeros(codes: Codes) -> NDArray[np.int32]:
    return np.zeros(len(codes[conditional_models.TENURE]), dtype=np.int32)


def _churn_milli(table: conditional_models.Table, codes: Codes) -> NDArray[np.int32]:
    joined = {**codes, conditional_models.TENURE: np.maximum(codes[conditional_models.TENURE], 1)}
    return conditional_models.log_odds(table, joined, len(codes[conditional_models.TENURE]))


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit numbers (the finaliser of splitmix64, wrapping around)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
