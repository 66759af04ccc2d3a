"""Making models: splits, the course's models, the rule that each must beat, comparing, recording.

``tracking`` says what every run records, and the way back from a record to a fit; it loads MLflow, so
it is imported by its own name. So is ``many``: a model for each of a thousand regions. ``continuous``
says when to train again, and on what.
"""

from churn.training.comparison import Difference, auc_difference
from churn.training.models import (
    NEW_CUSTOMER_MONTHS,
    ModelKind,
    baseline_rule,
    make_model,
    out_of_fold_scores,
    split,
)

__all__ = [
    "NEW_CUSTOMER_MONTHS",
    "Difference",
    "ModelKind",
    "auc_difference",
    "baseline_rule",
    "make_model",
    "out_of_fold_scores",
    "split",
]
