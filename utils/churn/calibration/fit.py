"""Fit the simulator to IBM's table: ``python -m churn.calibration.fit [CSV]``.

Writes the simulator's ``calibration.json``: a histogram, two standard deviations and the
coefficients of the logistic models of :mod:`churn.simulator.conditional_models`. It holds no row of the table.
The same table gives the same bytes: Newton's method run to convergence, then rounded.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from churn.data import load_ibm
from churn.schema import ALLOWED, MAX_TENURE, TARGET
from churn.simulator.codes import MILLI, STEPS_PER_DOLLAR, Codes
from churn.simulator.conditional_models import COLUMNS, KNOTS, TENURE, Column, Term
from churn.simulator.customers import component_count, list_price_steps

TARGET_FILE = Path(__file__).parents[1] / "simulator" / "calibration.json"
#: Inverse strength of the ridge penalty on single columns ...
C = 1.0
#: ... and the factor on interactions, which are so penalised 100 times more: few of them are
#: there beyond chance, and a simulator that learns the noise is easier to predict than the real
#: table (5-fold log loss chose this between 0 and 1).
INTERACTION_SCALE = 0.1


def to_codes(table: pd.DataFrame) -> Codes:
    """Integer codes of a customer table, the inverse of ``customers.to_frame``."""
    codes: Codes = {TENURE: table[TENURE].to_numpy(np.int16)}
    for name, values in ALLOWED.items():
        codes[name] = pd.Categorical(table[name], categories=list(values)).codes.astype(np.int8)
    for name, column in (("monthly_steps", "MonthlyCharges"), ("total_steps", "TotalCharges")):
        codes[name] = np.rint(table[column].fillna(0.0) * STEPS_PER_DOLLAR).to_numpy(np.int32)
    return codes


def fit(table: pd.DataFrame) -> dict[str, Any]:
    """The content of ``calibration.json`` for this customer table."""
    codes = to_codes(table)
    return {
        "tenure": np.bincount(codes[TENURE], minlength=MAX_TENURE + 1).tolist(),
        "price_deviation": _price_deviation(codes),
        "total_deviation": _total_deviation(codes),
        "decisions": {
            name: list(_fit_column(column, _rows(column, codes)))
            for name, column in COLUMNS.items()
        },
    }


def _rows(column: Column, codes: Codes) -> Codes:
    """The customers from whom ``column`` is learned."""
    keep = codes[TENURE] > 0 if column.name == TARGET else np.ones(len(codes[TENURE]), bool)
    is_open = column.open_rows(codes)
    if is_open is not None:
        keep &= is_open
    return {name: values[keep] for name, values in codes.items()}


def _fit_column(column: Column, codes: Codes) -> Iterator[dict[str, Any]]:
    for position, code in enumerate(column.order[:-1]):
        undecided = np.isin(codes[column.name], column.order[position:])
        rows = {name: values[undecided] for name, values in codes.items()}
        yield _fit_decision(column.terms, rows, rows[column.name] == code)


def _fit_decision(terms: tuple[Term, ...], codes: Codes, y: NDArray[np.bool_]) -> dict[str, Any]:
    if not terms:
        return {"intercept": _milli(np.log(y.mean() / (1 - y.mean()))), "terms": {}}
    scales = [1.0 if len(term) == 1 else INTERACTION_SCALE for term in terms]
    blocks = [scale * design(term, codes) for term, scale in zip(terms, scales, strict=True)]
    X = np.hstack(blocks)
    seen = X.any(axis=0)  # a cell without customers has no effect: leave it out of the algebra
    model = LogisticRegression(C=C, solver="newton-cholesky", tol=1e-8, max_iter=200)
    model.fit(X[:, seen], y)
    effects = np.zeros(X.shape[1])
    effects[seen] = model.coef_[0]
    parts = np.split(effects, np.cumsum([block.shape[1] for block in blocks])[:-1])
    return {
        "intercept": _milli(model.intercept_[0]),
        "terms": {
            "*".join(term): [_milli(value * scale) for value in part]
            for term, part, scale in zip(terms, parts, scales, strict=True)
        },
    }


def _milli(value: float) -> int:
    return round(float(value) * MILLI)


def design(term: Term, codes: Codes) -> NDArray[np.float64]:
    """Indicator columns of a term's cells; along tenure, weights of the two nearest knots."""
    n = len(codes[TENURE])
    columns = np.ones((n, 1))
    for factor in term:
        part = (
            _hats(codes[TENURE])
            if factor == TENURE
            else np.eye(len(ALLOWED[factor]))[codes[factor]]
        )
        columns = (columns[:, :, None] * part[:, None, :]).reshape(n, -1)
    return columns


def _hats(tenure: NDArray[Any]) -> NDArray[np.float64]:
    return np.column_stack([np.interp(tenure, KNOTS, unit) for unit in np.eye(len(KNOTS))])


def _price_deviation(codes: Codes) -> float:
    """Dollars by which a price of one component scatters around the list price (s.d.)."""
    off = (codes["monthly_steps"] - list_price_steps(codes)) / STEPS_PER_DOLLAR
    return round(float(np.std(off / np.sqrt(component_count(codes)))), 3)


def _total_deviation(codes: Codes) -> float:
    """Scatter (s.d.) of the total around tenure times price, in sqrt(dollars billed before)."""
    later = codes[TENURE] > 1
    tenure, monthly, total = (
        codes[name][later].astype(float) for name in (TENURE, "monthly_steps", "total_steps")
    )
    off = (total - tenure * monthly) / STEPS_PER_DOLLAR
    return round(float(np.std(off / np.sqrt((tenure - 1) * monthly / STEPS_PER_DOLLAR))), 3)


def to_json(raw: dict[str, Any]) -> str:
    """Text of ``calibration.json``: one line per table, so that changes can be read."""
    lines = ["{"]
    for name in ("tenure", "price_deviation", "total_deviation"):
        lines.append(f' "{name}": {json.dumps(raw[name])},')
    lines.append(' "decisions": {')
    last_column = list(raw["decisions"])[-1]
    for name, decisions in raw["decisions"].items():
        body = ",\n".join(_decision_lines(decision) for decision in decisions)
        lines.append(f'  "{name}": [\n{body}]' + ("" if name == last_column else ","))
    return "\n".join([*lines, " }", "}", ""])


def _decision_lines(decision: dict[str, Any]) -> str:
    terms = ",\n".join(
        f'    "{term}": {json.dumps(values, separators=(",", ":"))}'
        for term, values in decision["terms"].items()
    )
    return f'   {{"intercept": {decision["intercept"]}, "terms": {{\n{terms}}}}}'


def main() -> None:
    """Command line: fit and write."""
    parser = argparse.ArgumentParser(prog="python -m churn.calibration.fit", description=__doc__)
    parser.add_argument("csv", nargs="?", help="IBM's telco CSV; default: CHURN_IBM_CSV")
    parser.add_argument("--output", type=Path, default=TARGET_FILE)
    arguments = parser.parse_args()
    text = to_json(fit(load_ibm(arguments.csv)))
    arguments.output.write_text(text, encoding="utf-8", newline="\n")
    print(f"{arguments.output.name}: {len(text) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
