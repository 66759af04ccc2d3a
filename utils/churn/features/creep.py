"""What a customer would not expect the company to use: a score for each column, by stated rules.

A column gets a point for each of four questions that is answered with yes. The score orders columns for
a talk with people who may decide; it is no law, and no measurement of anybody's feelings. The questions
follow H. Nissenbaum's contextual integrity (information is expected to stay within the context in which
it was given) and the GDPR's Articles 5 (purpose), 13 (being told) and 22 (profiling).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from churn import schema

QUESTIONS = (
    "not given by the customer",  # nor on the contract or the bill
    "observed in passing",  # by a device or the network, without the customer doing anything for it
    "inferred by a model",
    "about the person",  # age, sex, family: not about the service
)
_GIVEN, _PERSON = (False, False, False, False), (False, False, False, True)
_OBSERVED, _INFERRED = (True, True, False, False), (True, False, True, False)
#: The answers for the schema's columns, and for those that the company's other systems add.
ANSWERS: Mapping[str, tuple[bool, bool, bool, bool]] = MappingProxyType(
    {
        **dict.fromkeys(schema.FEATURES, _GIVEN),
        **dict.fromkeys(("gender", "SeniorCitizen", "Partner", "Dependents"), _PERSON),
        "region": _GIVEN,
        "signup_month": _GIVEN,
        "legacy_device_code": _OBSERVED,
        "network_quality": _OBSERVED,
        "propensity_score": _INFERRED,
        "expected_stay_months": _INFERRED,
        "contacted": (True, False, False, False),
    }
)


def creep(columns: list[str]) -> pd.DataFrame:
    """The answers and the score of each column, highest first.

    Raises:
        ValueError: for a column about which nobody has answered the questions.
    """
    unknown = [column for column in columns if column not in ANSWERS]
    if unknown:
        raise ValueError(f"nobody has said what customers expect of {', '.join(unknown)}")
    answers = pd.DataFrame(
        [ANSWERS[one] for one in columns], index=columns, columns=list(QUESTIONS)
    )
    scored = answers.assign(score=answers.sum(axis=1))
    return scored.sort_values("score", ascending=False, kind="stable")
