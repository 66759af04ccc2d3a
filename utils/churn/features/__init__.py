"""From the customer table to what a model reads.

``preprocessing`` makes X, y and scikit-learn's transformers. ``feature_store`` is what Feast is told
about the customer's features; it loads Feast, so it is imported by its own name. ``creep`` scores
columns by what customers would not expect.
"""

from churn.features.preprocessing import features, one_hot, ordinal, xy

__all__ = ["features", "one_hot", "ordinal", "xy"]
