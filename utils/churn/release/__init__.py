"""How a new version comes to serve, and how it goes again if it is bad.

Without input or output: ``assignment`` says which customer gets which version, ``traffic`` which server
is asked, ``budget`` whether a version has failed more than it may, ``strategies`` what is done one
after the other, ``watch`` when to go back. ``backends``, ``router``, ``shadow`` and ``admin`` make a
reverse proxy of it (``settings`` are what can be set on it, ``answers`` what it says), which runs as a
process of its own (``python -m churn.release``) in front of the services; ``controller`` leads a
release through its stages. The router goes back by itself, and goes forward only when it is told to:
whoever leads a release may die in the middle of it.
"""

from churn.assignment import position
from churn.release.assignment import in_canary
from churn.release.budget import Budget, Evidence, Verdict, judge
from churn.release.strategies import STRATEGIES, Stage, plan
from churn.release.traffic import Traffic

__all__ = [
    "STRATEGIES",
    "Budget",
    "Evidence",
    "Stage",
    "Traffic",
    "Verdict",
    "in_canary",
    "judge",
    "plan",
    "position",
]
