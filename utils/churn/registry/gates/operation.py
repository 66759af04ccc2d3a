"""Can it be run: input, time, size, and where it comes from."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from churn import schema
from churn.registry import folders
from churn.registry.gates.config import GateConfig
from churn.registry.gates.evidence import (
    Evidence,
    MissingEvidenceError,
    need,
    scores,
)
from churn.registry.gates.verdict import Verdict

#: What MLflow calls the types of the table's columns; a whole number may be read as a double.
TYPES = {"object": ("string",), "int64": ("long", "double"), "float64": ("double",)}
#: What people write where they know nothing.
UNKNOWN = ("", "unknown", "none", "nan", "null", "n/a", "?")


def signature(evidence: Evidence, config: GateConfig) -> Verdict:
    """The candidate asks for the feature columns, each with its type, and offers its parameters."""
    given = evidence.signature
    found = need(given() if callable(given) else given, "the model's signature")
    kinds = {name: TYPES[schema.dtypes()[name]] for name in schema.FEATURES}
    wrong = [f"{name} is not in it" for name in kinds if name not in found.inputs]
    wrong += [f"{name} is no feature" for name in found.inputs if name not in kinds]
    wrong += [
        f"{name} is {kind}, not {' or '.join(kinds[name])}"
        for name, kind in found.inputs.items()
        if name in kinds and kind not in kinds[name]
    ]
    wrong += [f"it has no parameter {name}" for name in config.params if name not in found.params]
    said = f"the signature is wrong: {wrong[0]}" if wrong else "the signature has all columns"
    figures = {"columns": len(found.inputs), "faults": len(wrong)}
    return Verdict("signature", not wrong, said, figures)


def table_schema(evidence: Evidence, config: GateConfig) -> Verdict:
    """The table on which all figures rest follows the schema, each month of it."""
    evidence.judged(config)
    table = need(evidence.table, "the table on which the candidate is judged")
    wrong = [
        sentence
        for _, month in table.groupby("as_of")
        for sentence in schema.violations(month.drop(columns="as_of")[list(schema.COLUMNS)])
    ]
    said = f"the table breaks the schema: {wrong[0]}" if wrong else "the table follows the schema"
    return Verdict("table_schema", not wrong, said, {"rows": len(table), "faults": len(wrong)})


def latency(
    evidence: Evidence, config: GateConfig, clock: Callable[[], float] = time.perf_counter
) -> Verdict:
    """How long one customer takes, for 95 of 100 calls, after a first call to warm up."""
    one = evidence.judged(config).X.head(1)
    scores(evidence.candidate, one, "candidate")
    seconds = np.empty(config.latency_calls)
    for call in range(config.latency_calls):
        start = clock()
        scores(evidence.candidate, one, "candidate")
        seconds[call] = clock() - start
    if not (seconds >= 0).all():
        raise MissingEvidenceError("the clock ran backwards")
    taken = float(np.quantile(seconds, 0.95)) * 1000
    passed = taken <= config.max_latency_ms
    return Verdict(
        "latency",
        passed,
        f"95 of 100 calls take at most {taken:.1f} ms, "
        f"{'within' if passed else 'above'} {config.max_latency_ms:.1f} ms",
        {"p95_ms": taken, "calls": config.latency_calls},
    )


def size(evidence: Evidence, config: GateConfig) -> Verdict:
    """What the model takes on disk."""
    found = folders.size(need(evidence.folder, "the model's folder"))
    passed = found <= config.max_bytes
    said = f"{'within' if passed else 'above'} {config.max_bytes:,}"
    return Verdict("size", passed, f"the model has {found:,} bytes, {said}", {"bytes": found})


def lineage(evidence: Evidence, config: GateConfig) -> Verdict:
    """Each fact of origin is known, and the day of training is a day."""
    absent = [
        name
        for name in config.lineage
        if str(evidence.lineage.get(name) or "").strip().lower() in UNKNOWN
    ]
    if absent:
        raise MissingEvidenceError(f"it is not known: {', '.join(absent)}")
    day = need(evidence.lineage.get("trained_until"), "the day of the youngest training row")
    if pd.isna(pd.to_datetime(day, errors="coerce")):
        raise MissingEvidenceError("trained_until is no day")
    figures = {"facts": len(config.lineage)}
    return Verdict("lineage", True, "every fact of origin is known", figures)


def files_signed(evidence: Evidence, config: GateConfig) -> Verdict:
    """The files carry a valid signature of the one who may sign."""
    # Here, because it loads cryptography that no other criterion needs.
    from churn.registry.supply_chain import signing

    folder = need(evidence.folder, "the model's folder")
    try:
        files = signing.verify(folder, need(evidence.public_key, "the public key"))
    except signing.SignatureError as error:
        raise MissingEvidenceError(str(error)) from error
    said = "the signature of every file is valid"
    return Verdict("files_signed", True, said, {"files": len(files)})
