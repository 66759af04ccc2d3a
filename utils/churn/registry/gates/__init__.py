"""The promotion gate: one plain function for each criterion, and all must pass.

``config`` holds the bounds and ``evidence`` what is known of a candidate. ``performance``,
``behaviour`` and ``operation`` hold the criteria, ``verdict`` what they say, ``gate`` asks them all.
It fails closed: an error, a missing part, a figure that is none is a refusal with its reason.
"""

from churn.registry.gates.config import Direction, GateConfig
from churn.registry.gates.evidence import Evidence, MissingEvidenceError, ModelSignature
from churn.registry.gates.gate import CRITERIA, decide
from churn.registry.gates.verdict import Decision, Verdict

__all__ = [
    "CRITERIA",
    "Decision",
    "Direction",
    "Evidence",
    "GateConfig",
    "MissingEvidenceError",
    "ModelSignature",
    "Verdict",
    "decide",
]
