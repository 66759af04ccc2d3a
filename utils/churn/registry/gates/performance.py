"""Is it better, for every group, and in money? Each on a table later in time than the training."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from churn import metrics
from churn.registry.gates.config import GateConfig
from churn.registry.gates.evidence import Evidence, MissingEvidenceError
from churn.registry.gates.verdict import Verdict
from churn.training.comparison import auc_difference


def quality(evidence: Evidence, config: GateConfig) -> Verdict:
    """ROC-AUC against the champion, on the same customers, with a paired interval."""
    y = evidence.judged(config).y
    lead = auc_difference(y, evidence.candidate_scores, evidence.champion_scores, config.draws)
    passed = lead.low > config.min_auc_lead
    verb = "is" if passed else "is not"
    return Verdict(
        "quality",
        passed,
        f"the lead in ROC-AUC, {lead}, {verb} above {config.min_auc_lead:+.3f} beyond chance",
        {"lead": lead.value, "low": lead.low, "high": lead.high, "customers": len(y)},
    )


def worst_slice(evidence: Evidence, config: GateConfig) -> Verdict:
    """The group of customers in which the candidate falls furthest behind the champion.

    Groups too small to be judged are counted; where no group of a column is large enough, that
    column is a refusal.
    """
    X, y = evidence.judged(config)
    leads: dict[str, float] = {}
    small = 0
    for column in config.slices:
        before = len(leads)
        for value, rows in X.groupby(column, observed=True).indices.items():
            of_group = y[rows]
            rarer = min(int(of_group.sum()), int((1 - of_group).sum()))
            if len(rows) < config.min_slice_customers or rarer < config.min_slice_leavers:
                small += 1
                continue
            pair = (evidence.candidate_scores[rows], evidence.champion_scores[rows])
            mine, theirs = (float(roc_auc_score(of_group, p)) for p in pair)
            leads[f"{column} {value}"] = mine - theirs
        if len(leads) == before:
            raise MissingEvidenceError(f"no group by {column} is large enough to be judged")
    worst = min(leads, key=lambda name: leads[name])
    passed = leads[worst] >= -config.max_slice_loss
    bound = f"{'at least' if passed else 'below'} {-config.max_slice_loss:+.3f}"
    return Verdict(
        "worst_slice",
        passed,
        f"the lead in ROC-AUC is lowest for {worst}: {leads[worst]:+.3f}, {bound}",
        {"lead": leads[worst], "slices": len(leads), "too_small": small},
    )


def calibration(evidence: Evidence, config: GateConfig) -> Verdict:
    """Whether a score of 0.3 means that three of ten such customers leave.

    After a change the champion is off as well: a bound on the candidate alone would keep the one that
    is further off. ``max_calibration_loss`` lets a candidate pass for being no worse.
    """
    y = evidence.judged(config).y
    error = metrics.calibration_error(y, evidence.candidate_scores)
    passed = error <= config.max_calibration_error
    bound = f"{'within' if passed else 'above'} {config.max_calibration_error:.3f}"
    found = {"error": error}
    if config.max_calibration_loss is not None:
        found["champion"] = metrics.calibration_error(y, evidence.champion_scores)
        if not passed:
            passed = error <= found["champion"] + config.max_calibration_loss
            bound += f"; the champion's is {found['champion']:.3f}"
    return Verdict(
        "calibration", passed, f"the expected calibration error is {error:.3f}, {bound}", found
    )


def money(evidence: Evidence, config: GateConfig) -> Verdict:
    """Dollars a customer that the campaign earns with the candidate, and against the champion."""
    y = evidence.judged(config).y
    campaign = config.campaign
    gain = np.where(y == 1, campaign.value_of_leaver, campaign.value_of_stayer)
    pair = (evidence.candidate_scores, evidence.champion_scores)
    mine, theirs = (gain * (p >= campaign.break_even) for p in pair)
    lead = mine - theirs
    # The mean of thousands of paired differences: the normal interval is close enough.
    low = float(lead.mean() - 1.96 * lead.std(ddof=1) / np.sqrt(len(lead)))
    value = float(mine.mean())
    evidence_found = {"value": value, "lead": float(lead.mean()), "low": low}
    if value <= 0:
        reason = f"a campaign with it earns {value:+.2f} dollars a customer, doing nothing earns 0"
        return Verdict("money", False, reason, evidence_found)
    passed = low >= -config.max_value_loss
    return Verdict(
        "money",
        passed,
        f"it earns {lead.mean():+.2f} dollars a customer against the champion, at worst {low:+.2f}, "
        f"{'at least' if passed else 'below'} {-config.max_value_loss:+.2f}",
        evidence_found,
    )
