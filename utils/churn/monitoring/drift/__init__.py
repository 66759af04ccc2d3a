"""Has a window of data drifted from its reference? One small interface, many detectors.

    KolmogorovSmirnov(level=0.01).fit(january["tenure"]).score(february["tenure"])

``detector`` has the interface and the verdict. What the detectors look at: ``one_number`` and
``one_category`` at a column, ``whole_rows`` at a table (made points by ``encoding``),
``model_output`` at what a model says, ``one_by_one`` at a stream. ``columns`` looks at each column
of a table and corrects for their number.
"""

from churn.monitoring.drift.columns import adjust, compare_columns
from churn.monitoring.drift.detector import Detector, DriftError, Verdict
from churn.monitoring.drift.model_output import BlackBoxShift, ClassifierUncertainty
from churn.monitoring.drift.one_by_one import AdaptiveWindow
from churn.monitoring.drift.one_category import (
    ChiSquared,
    Fisher,
    JensenShannon,
    PopulationStability,
)
from churn.monitoring.drift.one_number import (
    CramerVonMises,
    KolmogorovSmirnov,
    Levene,
    MannWhitney,
)
from churn.monitoring.drift.whole_rows import (
    LeastSquaresDensityDifference,
    MaximumMeanDiscrepancy,
    TwoSampleClassifier,
)

__all__ = [
    "AdaptiveWindow",
    "BlackBoxShift",
    "ChiSquared",
    "ClassifierUncertainty",
    "CramerVonMises",
    "Detector",
    "DriftError",
    "Fisher",
    "JensenShannon",
    "KolmogorovSmirnov",
    "LeastSquaresDensityDifference",
    "Levene",
    "MannWhitney",
    "MaximumMeanDiscrepancy",
    "PopulationStability",
    "TwoSampleClassifier",
    "Verdict",
    "adjust",
    "compare_columns",
]
