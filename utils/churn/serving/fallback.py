"""The rule that answers when the model cannot, and the reasons why it had to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

#: Months up to which a customer counts as new: ``training.NEW_CUSTOMER_MONTHS``, whose module loads
#: scikit-learn, which a server does without. A test holds the two together.
NEW_CUSTOMER_MONTHS = 12


class Reason(StrEnum):
    """Why the rule decided. A request that is wrong is no reason: it is refused."""

    NO_CHAMPION = "no_champion"  # no signed model is loaded
    NO_STORE = "no_store"  # columns are missing and this service has no feature store
    STORE_FAILED = "store_failed"
    STORE_SLOW = "store_slow"  # no answer within the time budget
    UNKNOWN_CUSTOMER = "unknown_customer"  # columns are missing and the store has no such customer
    INVALID_CONTEXT = "invalid_context"  # the store's columns break the schema
    MODEL_FAILED = "model_failed"
    MODEL_SLOW = "model_slow"  # no score within the time budget
    INVALID_PREDICTION = "invalid_prediction"  # not a probability


def rule_says_contact(known: Mapping[str, Any]) -> bool:
    """What the telco did before it had a model (``training.baseline_rule``), on what is known.

    New month-to-month customers are contacted. Where tenure or contract are not known, nobody is:
    an offer to somebody of whom nothing is known costs money for sure.
    """
    tenure = known.get("tenure")
    monthly = known.get("Contract") == "Month-to-month"
    return monthly and tenure is not None and tenure <= NEW_CUSTOMER_MONTHS
