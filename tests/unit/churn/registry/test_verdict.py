"""A decision passes if everything was asked and passed, by figures and bounds that are some."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from churn.registry.gates import CRITERIA, Decision, GateConfig, Verdict

VERDICTS = tuple(Verdict(name, True, "it is", {"figure": 1.0}) for name in CRITERIA)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    refused=st.sets(st.sampled_from(sorted(CRITERIA))),
    absent=st.sets(st.sampled_from(sorted(CRITERIA))),
    digest=st.sampled_from(["", "ab"]),
)
def test_a_decision_passes_only_if_every_criterion_was_asked_and_passed(
    refused: set[str], absent: set[str], digest: str
) -> None:
    verdicts = tuple(
        Verdict(v.name, v.name not in refused, v.reason, v.evidence)
        for v in VERDICTS
        if v.name not in absent
    )
    whole = not refused and not absent and digest == "ab"
    assert Decision(verdicts, tuple(CRITERIA), digest).passed is whole


def test_a_decision_about_nothing_has_not_passed() -> None:
    assert not Decision((), (), "ab").passed
    assert not Decision((*VERDICTS, VERDICTS[0]), tuple(CRITERIA), "ab").passed


@pytest.mark.parametrize("evidence", [{}, {"a": math.nan}, {"a": 1.0, "b": math.inf}])
def test_a_pass_rests_on_finite_figures(evidence: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="quality cannot pass"):
        Verdict("quality", True, "it is", evidence)
    refusal = Verdict("quality", False, "it is not", evidence)
    assert "NaN" not in Decision((refusal,), ("quality",), "ab").to_json()


@pytest.mark.parametrize(
    "bounds",
    [
        {"max_latency_ms": math.nan},
        {"min_auc_lead": -math.inf},
        {"max_slice_loss": math.inf},
        {"slices": ()},
        {"directions": ()},
        {"lineage": ()},
        {"params": ()},
        {"min_customers": 0},
        {"max_latencyms": 3},
    ],
)
def test_a_bound_that_bounds_nothing_is_refused(bounds: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GateConfig(**bounds)
