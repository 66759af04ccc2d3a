"""Does it behave as a person expects, whatever its figures are?

The three kinds of test are those of Ribeiro et al., "Beyond Accuracy: Behavioral Testing of NLP
Models with CheckList", ACL 2020: invariance, directional expectation, minimum functionality.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from churn import schema
from churn.registry.gates.config import GateConfig
from churn.registry.gates.evidence import Evidence, MissingEvidenceError, scores
from churn.registry.gates.verdict import Verdict

_SERVICES = {"OnlineBackup": "No", "DeviceProtection": "No"}
_PERSON = {"gender": "Female", "SeniorCitizen": 0, "MultipleLines": "No", "PhoneService": "Yes"}
#: A customer of five years under contract with one DSL line, and a newcomer who can leave any month.
STAYER = _PERSON | {
    "Partner": "Yes",
    "Dependents": "Yes",
    "tenure": 64,
    "InternetService": "DSL",
    "OnlineSecurity": "Yes",
    "TechSupport": "Yes",
    "StreamingTV": "No",
    "StreamingMovies": "No",
    **_SERVICES,
    "Contract": "Two year",
    "PaperlessBilling": "No",
    "PaymentMethod": "Credit card (automatic)",
    "MonthlyCharges": 55.0,
    "TotalCharges": 3520.0,
}
LEAVER = _PERSON | {
    "Partner": "No",
    "Dependents": "No",
    "tenure": 1,
    "InternetService": "Fiber optic",
    "OnlineSecurity": "No",
    "TechSupport": "No",
    "StreamingTV": "Yes",
    "StreamingMovies": "Yes",
    **_SERVICES,
    "Contract": "Month-to-month",
    "PaperlessBilling": "Yes",
    "PaymentMethod": "Electronic check",
    "MonthlyCharges": 90.0,
    "TotalCharges": 90.0,
}


def invariance(evidence: Evidence, config: GateConfig) -> Verdict:
    """What must not matter: one column, and which other customers are asked about, in what order."""
    X = evidence.some(config).X
    before = scores(evidence.candidate, X, "candidate")
    backwards = scores(evidence.candidate, X[::-1].reset_index(drop=True), "candidate")[::-1]
    alone = scores(evidence.candidate, X.head(1), "candidate")
    company = float(max(np.abs(before - backwards).max(), abs(alone[0] - before[0])))
    name = config.indifferent_to
    values = list(schema.ALLOWED.get(name, ()))
    if len(values) < 2:
        raise MissingEvidenceError(f"{name} is no column with values to exchange")
    shift = 0.0
    for value in values:
        changed = scores(evidence.candidate, X.assign(**{name: value}), "candidate")
        shift = max(shift, float(np.abs(changed - before).max()))
    # Engines add up in another order for another batch; more than rounding is a fault.
    passed = shift <= config.max_shift and company <= 1e-5
    return Verdict(
        "invariance",
        passed,
        f"a score moves by up to {shift:.3f} with {name} and by {company:.1g} with the other "
        f"customers of a batch, {'within' if passed else 'above'} {config.max_shift:.3f} and 1e-05",
        {"shift": shift, "company": company, "customers": len(X)},
    )


def direction(evidence: Evidence, config: GateConfig) -> Verdict:
    """Changes that bind a customer must not raise the score."""
    X = evidence.some(config).X
    found: dict[str, float] = {}
    for change in config.directions:
        before = scores(evidence.candidate, X.assign(**{change.column: change.before}), "candidate")
        after = scores(evidence.candidate, X.assign(**{change.column: change.after}), "candidate")
        found[f"{change.column} to {change.after}"] = float((after > before + 1e-9).mean())
    worst = max(found, key=lambda name: found[name])
    passed = found[worst] <= config.max_wrong_direction
    return Verdict(
        "direction",
        passed,
        f"{worst} raises {found[worst]:.0%} of the scores, "
        f"{'within' if passed else 'above'} {config.max_wrong_direction:.0%}",
        {"wrong": found[worst], "customers": len(X)},
    )


def minimum_functionality(evidence: Evidence, config: GateConfig) -> Verdict:
    """Two customers whom nobody would confuse."""
    pair = pd.DataFrame([STAYER, LEAVER])[list(schema.FEATURES)]
    stayer, leaver = (float(p) for p in scores(evidence.candidate, pair, "candidate"))
    passed = leaver - stayer >= config.min_contrast
    return Verdict(
        "minimum_functionality",
        passed,
        f"a typical leaver scores {leaver:.3f} and a typical stayer {stayer:.3f}, "
        f"{'at least' if passed else 'less than'} {config.min_contrast:.3f} apart",
        {"leaver": leaver, "stayer": stayer},
    )
