"""Real against simulated: ``python -m churn.calibration.compare --ibm CSV [--write]``.

Prints, as a Markdown table, what describes IBM's table and the simulated one, and how well a
classifier tells the two apart (ROC-AUC 0.5: not at all). With ``--write`` the table also
replaces the one between the markers in ``datasets/README.md``.
"""

from __future__ import annotations

import argparse
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline

from churn import features, metrics, schema, training
from churn.calibration.fit import to_codes
from churn.data import load_ibm
from churn.simulator.codes import STEPS_PER_DOLLAR
from churn.simulator.customers import list_price_steps, simulate_customers

DATA_SHEET = Path("datasets/README.md")
START, END = "<!-- comparison: start -->", "<!-- comparison: end -->"
#: Upper ends of the bands in which tenure enters Cramér's V.
TENURE_BANDS = (0, 1, 3, 6, 12, 24, 36, 48, 60, 71, 72)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_PAIRED = (
    "Contract",
    "InternetService",
    "TechSupport",
    "StreamingMovies",
    "PaymentMethod",
    "Partner",
    schema.TARGET,
)


def compare(real: pd.DataFrame, synthetic: pd.DataFrame) -> pd.DataFrame:
    """Everything of :func:`description` and :func:`learnability` for both tables, side by side.

    Returns a frame indexed by statistic with the columns ``real`` and ``synthetic``. Takes about
    ten seconds for tables of 7,043 rows.
    """
    columns = {
        name: pd.concat([description(table), learnability(table)])
        for name, table in (("real", real), ("synthetic", synthetic))
    }
    return pd.DataFrame(columns)


def description(table: pd.DataFrame) -> pd.Series:
    """Shares, quantiles and dependences of a customer table, by name of the statistic."""
    shares = {
        f"{name} = {value}": (table[name] == value).mean()
        for name, values in schema.ALLOWED.items()
        # The share of the first of two values says what the second's would.
        for value in (values if len(values) > 2 else values[1:])
    }
    repeated = {"rows that repeat another (without id)": _repeated(table)}
    return pd.Series(shares | _quantiles(table) | _rates(table) | _dependences(table) | repeated)


def learnability(table: pd.DataFrame, seed: int = 0) -> pd.Series:
    """Out-of-fold quality (5 folds) of three models of churn, by name of the statistic."""
    default = HistGradientBoostingClassifier(random_state=seed)
    models: dict[str, Pipeline] = {
        "logistic regression": training.make_model("logistic", seed),
        "boosting, default settings": make_pipeline(features.ordinal(), default),
        "boosting, small trees": training.make_model("boosting", seed),
    }
    _, y = features.xy(table)
    found = {}
    for name, model in models.items():
        quality = metrics.evaluate(y, training.out_of_fold_scores(model, table, seed=seed))
        found[f"{name}: ROC-AUC"] = quality["roc_auc"]
        found[f"{name}: average precision"] = quality["average_precision"]
        found[f"{name}: Brier score"] = quality["brier"]
    return pd.Series(found)


def two_sample_auc(
    real: pd.DataFrame, synthetic: pd.DataFrame, seed: int = 0, residuals: bool = False
) -> float:
    """How well gradient boosting tells the two tables apart: 5-fold ROC-AUC.

    It sees every column but the id. 0.5 means not at all, 1 without error. Trees are bad at
    sums and products; with ``residuals`` they are also given what is left of the monthly charge
    after the list price, and of the total after tenure times the monthly charge.
    """
    both = pd.concat([real, synthetic], ignore_index=True)
    columns = both.drop(columns=schema.ID).astype(dict.fromkeys(schema.ALLOWED, "category"))
    if residuals:
        columns = columns.assign(**_residuals(both))
    is_synthetic = np.repeat([0, 1], [len(real), len(synthetic)])
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    scores = cross_val_score(model, columns, is_synthetic, cv=folds, scoring="roc_auc")
    return float(scores.mean())


def _residuals(table: pd.DataFrame) -> dict[str, pd.Series]:
    price = list_price_steps(to_codes(table)) / STEPS_PER_DOLLAR
    expected = table["tenure"] * table["MonthlyCharges"]
    billed_before = (table["tenure"] - 1).clip(lower=1) * table["MonthlyCharges"]
    return {
        "off_list": table["MonthlyCharges"] - price,
        "off_total": (table["TotalCharges"] - expected) / np.sqrt(billed_before),
    }


def cramers_v(a: pd.Series, b: pd.Series) -> float:
    """Cramér's V of two categorical columns: 0 independent, 1 one determines the other."""
    counts = pd.crosstab(a, b).to_numpy(float)
    n = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    chi2 = ((counts - expected) ** 2 / expected).sum()
    return float(np.sqrt(chi2 / n / (min(counts.shape) - 1)))


def tenure_band(table: pd.DataFrame) -> pd.Series:
    """Tenure in the bands of :data:`TENURE_BANDS`, by their upper end."""
    bands = np.asarray(TENURE_BANDS)
    return pd.Series(bands[np.searchsorted(bands, table["tenure"])], table.index, name="tenure")


def _quantiles(table: pd.DataFrame) -> dict[str, float]:
    return {
        f"{name}, {share:.0%} quantile": table[name].quantile(share)
        for name in schema.NUMERIC
        for share in QUANTILES
    }


def _rates(table: pd.DataFrame) -> dict[str, float]:
    leaves = table[schema.TARGET] == schema.POSITIVE
    rates = {}
    for contract, internet in product(
        schema.ALLOWED["Contract"], schema.ALLOWED["InternetService"]
    ):
        group = (table["Contract"] == contract) & (table["InternetService"] == internet)
        rates[f"churn rate, {contract}, internet {internet}"] = leaves[group].mean()
    return rates


def _dependences(table: pd.DataFrame) -> dict[str, float]:
    pairs = {
        f"Cramér's V, {a} and {b}": cramers_v(table[a], table[b])
        for a, b in combinations(_PAIRED, 2)
    }
    band = tenure_band(table)
    return pairs | {
        f"Cramér's V, tenure and {name}": cramers_v(band, table[name]) for name in _PAIRED
    }


def _repeated(table: pd.DataFrame) -> float:
    return float(table.drop(columns=schema.ID).duplicated().sum())


def to_markdown(comparison: pd.DataFrame) -> str:
    """A Markdown table of :func:`compare`'s result."""
    lines = ["| statistic | real | synthetic |", "|---|---:|---:|"]
    for name, row in comparison.iterrows():
        lines.append(f"| {name} | {_number(row['real'])} | {_number(row['synthetic'])} |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}".rstrip("0").rstrip(".")


def insert(text: str, table: str) -> str:
    """``text`` with ``table`` between the markers.

    Raises:
        ValueError: if a marker is missing.
    """
    if START not in text or END not in text:
        raise ValueError(f"the data sheet has no markers {START} and {END}")
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n{table}\n{END}{after}"


def report(real: pd.DataFrame, seeds: int) -> str:
    """Markdown: the comparison with the simulated table of seed 0, and two-sample AUCs."""
    n = len(real)
    lines = [to_markdown(compare(real, simulate_customers(n, 0))), ""]
    for residuals, sees in ((False, "all columns but the id"), (True, "these and the residuals")):
        aucs = [
            two_sample_auc(real, simulate_customers(n, seed), residuals=residuals)
            for seed in range(seeds)
        ]
        told = ", ".join(f"{auc:.3f}" for auc in aucs)
        lines.append(f"- Two-sample ROC-AUC by {sees}, seeds 0 to {seeds - 1}: {told}.")
    return "\n".join(lines)


def main() -> None:
    """Command line: print, and write if asked."""
    parser = argparse.ArgumentParser(
        prog="python -m churn.calibration.compare", description=__doc__
    )
    parser.add_argument("--ibm", help="IBM's telco CSV (default: the file in CHURN_IBM_CSV)")
    parser.add_argument("--seeds", type=int, default=5, help="simulated tables to tell apart")
    parser.add_argument(
        "--write", nargs="?", type=Path, const=DATA_SHEET, help=f"data sheet, e.g. {DATA_SHEET}"
    )
    arguments = parser.parse_args()
    table = report(load_ibm(arguments.ibm), arguments.seeds)
    print(table)
    if arguments.write:
        sheet = arguments.write.read_text(encoding="utf-8")
        arguments.write.write_text(insert(sheet, table), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
