"""The gate: every criterion is asked, and all must pass."""

from __future__ import annotations

from collections.abc import Callable

from churn.registry import folders
from churn.registry.gates import behaviour, operation, performance
from churn.registry.gates.config import GateConfig
from churn.registry.gates.evidence import Evidence, MissingEvidenceError
from churn.registry.gates.verdict import Decision, Verdict

Criterion = Callable[[Evidence, GateConfig], Verdict]

CRITERIA: dict[str, Criterion] = {
    "quality": performance.quality,
    "worst_slice": performance.worst_slice,
    "calibration": performance.calibration,
    "money": performance.money,
    "invariance": behaviour.invariance,
    "direction": behaviour.direction,
    "minimum_functionality": behaviour.minimum_functionality,
    "signature": operation.signature,
    "table_schema": operation.table_schema,
    "latency": operation.latency,
    "size": operation.size,
    "lineage": operation.lineage,
    "files_signed": operation.files_signed,
}


def ask(name: str, criterion: Criterion, evidence: Evidence, config: GateConfig) -> Verdict:
    """What a criterion says; where it cannot say anything, a refusal with the reason."""
    try:
        return criterion(evidence, config)
    # Whatever a model or a file does: what could not be measured has not passed.
    except (Exception, SystemExit) as error:
        return Verdict(name, False, _reason(error), {})


def decide(evidence: Evidence, config: GateConfig | None = None) -> Decision:
    """Ask every criterion about a candidate.

    Nothing that the candidate does raises: it is a refusal. A table that is empty, too small or not
    later in time than the training refuses every criterion that rests on it.
    """
    bounds = config or GateConfig()
    before = _digest(evidence)
    verdicts = tuple(ask(name, one, evidence, bounds) for name, one in CRITERIA.items())
    # The files that were judged are the files that are there now.
    digest = before if before == _digest(evidence) else ""
    return Decision(verdicts, tuple(CRITERIA), digest, evidence.champion_version)


def _reason(error: BaseException) -> str:
    """One sentence in one line, whatever a library had to say."""
    said = " ".join(str(error).split())
    if isinstance(error, MissingEvidenceError):
        return said
    kind = type(error).__name__
    return f"it could not be asked: {kind}: {said}" if said else f"it could not be asked: {kind}"


def _digest(evidence: Evidence) -> str:
    try:
        return folders.digest(evidence.folder) if evidence.folder else ""
    except (OSError, ValueError):
        return ""
