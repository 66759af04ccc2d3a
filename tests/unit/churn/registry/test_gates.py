"""Each criterion both ways, and that nothing missing ever passes."""

import itertools
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from candidates import (
    CONFIG,
    LINEAGE,
    SIGNATURE,
    TRAINED_UNTIL,
    changed,
    good_evidence,
    leaving,
    raising,
    score,
)
from churn.registry import folders
from churn.registry.gates import CRITERIA, Decision, Evidence, GateConfig, Verdict, decide
from churn.registry.gates.gate import ask
from churn.registry.gates.operation import latency

Scorer = Callable[[pd.DataFrame], ArrayLike]


def verdict(name: str, evidence: Evidence, config: GateConfig = CONFIG) -> Verdict:
    return ask(name, CRITERIA[name], evidence, config)


def bound(**other: Any) -> GateConfig:
    return GateConfig.model_validate(CONFIG.model_dump() | other)


def test_a_good_candidate_passes_every_criterion(good: Evidence) -> None:
    decision = decide(good, CONFIG)
    assert decision.refusals == []
    assert decision.passed
    assert json.loads(decision.to_json())["passed"] is True
    assert decision.compared_with is None
    decision = decide(changed(good, champion_version="7"), CONFIG)
    assert decision.compared_with == "7"
    assert Decision.from_json(decision.to_json()) == decision


def asking_for_region(X: pd.DataFrame) -> ArrayLike:
    return np.asarray(X["region"], dtype=float)


def one_nan(X: pd.DataFrame) -> ArrayLike:
    return np.where(np.arange(len(X)) == len(X) - 1, np.nan, score(X))


def too_few(X: pd.DataFrame) -> ArrayLike:
    return score(X)[1:]


def log_odds(X: pd.DataFrame) -> ArrayLike:
    p = score(X)
    return np.log(p / (1 - p))


def reversed_scores(X: pd.DataFrame) -> ArrayLike:
    return 1 - score(X)


def nobody(X: pd.DataFrame) -> ArrayLike:
    return np.zeros(len(X))


def by_gender(X: pd.DataFrame) -> ArrayLike:
    return np.clip(score(X) + 0.06 * (X["gender"] == "Female").to_numpy(), 0, 1)


def by_company(X: pd.DataFrame) -> ArrayLike:
    return score(X) * (0.9 + 0.1 / len(X))


def bound_is_risky(X: pd.DataFrame) -> ArrayLike:
    return np.clip(score(X) + 0.5 * (X["Contract"] == "Two year").to_numpy(), 0, 1)


def flat(X: pd.DataFrame) -> ArrayLike:
    return 0.25 + score(X) / 100


def too_sure(X: pd.DataFrame) -> ArrayLike:
    return np.sqrt(score(X))


def bad_for_seniors(X: pd.DataFrame) -> ArrayLike:
    p = score(X)
    return np.where(X["SeniorCitizen"] == 1, 1 - p, p)


#: Criterion, the part that is other, and a word of the reason.
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("quality", {"candidate": flat, "champion": score}, "is not above"),
    ("quality", {"candidate": reversed_scores}, "is not above"),
    ("worst_slice", {"candidate": bad_for_seniors}, "lowest for SeniorCitizen 1"),
    ("calibration", {"candidate": too_sure}, "above 0.050"),
    ("money", {"candidate": nobody}, "doing nothing earns 0"),
    ("invariance", {"candidate": by_gender}, "with gender"),
    ("invariance", {"candidate": by_company}, "other customers of a batch"),
    ("direction", {"candidate": bound_is_risky}, "Contract to Two year raises 100%"),
    ("minimum_functionality", {"candidate": flat}, "less than 0.100 apart"),
    ("minimum_functionality", {"candidate": reversed_scores}, "less than"),
    ("signature", {"signature": None}, "signature is missing"),
    ("lineage", {"lineage": LINEAGE | {"code_version": "unknown"}}, "code_version"),
    ("lineage", {"lineage": LINEAGE | {"run_id": "  "}}, "run_id"),
    ("lineage", {"lineage": LINEAGE | {"trained_until": "soon"}}, "no day"),
    ("size", {"folder": None}, "folder is missing"),
    ("size", {"folder": Path("nowhere")}, "no model in nowhere"),
    ("files_signed", {"public_key": None}, "public key is missing"),
    ("files_signed", {"public_key": Path("nowhere.pub")}, "no public key"),
    ("files_signed", {"folder": Path("nowhere")}, "no folder"),
]


@pytest.mark.parametrize(("name", "parts", "word"), REFUSED)
def test_each_criterion_refuses_what_is_unfit_for_it(
    good: Evidence, name: str, parts: dict[str, Any], word: str
) -> None:
    found = verdict(name, changed(good, **parts))
    assert not found.passed
    assert word in found.reason
    assert "\n" not in found.reason


@pytest.mark.parametrize(
    ("name", "other", "word"),
    [
        ("quality", {"min_auc_lead": 0.4}, "is not above +0.400"),
        ("worst_slice", {"min_slice_customers": 10_000}, "large enough"),
        ("worst_slice", {"min_slice_leavers": 10_000}, "large enough"),
        ("worst_slice", {"slices": ("gender", "MonthlyCharges")}, "MonthlyCharges"),
        ("calibration", {"max_calibration_error": 0.0001}, "above 0.000"),
        ("invariance", {"indifferent_to": "tenure"}, "no column with values"),
        ("size", {"max_bytes": 3}, "above 3"),
        ("lineage", {"lineage": ("run_id", "approved_by")}, "approved_by"),
        ("signature", {"params": ("threshold", "engine")}, "no parameter engine"),
    ],
)
def test_bounds_decide(good: Evidence, name: str, other: dict[str, Any], word: str) -> None:
    found = verdict(name, good, bound(**other))
    assert not found.passed
    assert word in found.reason


def test_calibration_can_be_compared_with_the_champion(good: Evidence) -> None:
    def surer(X: pd.DataFrame) -> ArrayLike:
        return np.sqrt(np.asarray(too_sure(X)))

    off, compared = changed(good, candidate=too_sure, champion=surer), bound(max_calibration_loss=0)
    assert not verdict("calibration", off).passed
    found = verdict("calibration", off, compared)
    assert found.passed
    assert "above 0.050; the champion's is 0." in found.reason
    assert found.evidence["champion"] > found.evidence["error"]
    # Further off than the champion is refused, and within the bound nobody asks the champion.
    assert not verdict(
        "calibration", changed(good, candidate=surer, champion=too_sure), compared
    ).passed
    assert verdict("calibration", changed(good, champion=score), compared).passed
    # A loss says how much further off it may be.
    wide = bound(max_calibration_loss=0.5)
    assert verdict("calibration", changed(good, candidate=surer, champion=too_sure), wide).passed


def test_a_lead_by_luck_is_not_enough(good: Evidence) -> None:
    def lucky(X: pd.DataFrame, seed: int) -> ArrayLike:
        return np.clip(score(X) + np.random.default_rng(seed).normal(0, 0.02, len(X)), 0, 1)

    tried = (
        verdict("quality", changed(good, champion=score, candidate=partial(lucky, seed=seed)))
        for seed in range(50)
    )
    ahead = next(v for v in tried if v.evidence["lead"] > 0)
    assert ahead.evidence["low"] <= 0
    assert not ahead.passed


def test_money_compares_with_the_champion(good: Evidence) -> None:
    # The candidate earns something, the champion much more: it knows who left.
    assert good.table is not None
    left = (good.table["Churn"] == "Yes").to_numpy().astype(float)
    found = verdict("money", changed(good, champion=lambda X: left))
    assert not found.passed
    assert found.evidence["value"] > 0
    assert "below -0.50" in found.reason


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({**SIGNATURE.inputs, "Churn": "string"}, "Churn is no feature"),
        ({n: k for n, k in SIGNATURE.inputs.items() if n != "tenure"}, "tenure is not in it"),
        ({**SIGNATURE.inputs, "tenure": "string"}, "tenure is string, not long or double"),
    ],
)
def test_the_signature_is_that_of_the_features(
    good: Evidence, inputs: dict[str, str], word: str
) -> None:
    signature = SIGNATURE.__class__(inputs, SIGNATURE.params)
    found = verdict("signature", changed(good, signature=signature))
    assert not found.passed
    assert word in found.reason


def test_a_table_that_breaks_the_schema_is_refused(good: Evidence) -> None:
    assert good.table is not None
    table = good.table.assign(gender=["Other", *good.table["gender"].iloc[1:]])
    found = verdict("table_schema", changed(good, table=table))
    assert not found.passed
    assert "gender has 1 value(s) outside" in found.reason


def test_latency_is_the_slow_end_of_single_calls(good: Evidence) -> None:
    # Two calls of twenty take 30 ms, the others one.
    ticks = itertools.accumulate(itertools.cycle([1.0, 0.03] + 9 * [1.0, 0.001]))
    slow = latency(good, bound(max_latency_ms=20.0), lambda: next(ticks))
    assert (slow.passed, round(slow.evidence["p95_ms"])) == (False, 30)
    ticks = itertools.accumulate(itertools.cycle([1.0, 0.01]))
    assert latency(good, bound(max_latency_ms=20.0), lambda: next(ticks)).passed


ON_THE_TABLE = (
    "quality", "worst_slice", "calibration", "money", "invariance", "direction", "table_schema",
    "latency",
)  # fmt: skip


def unfit_tables(table: pd.DataFrame) -> dict[str, pd.DataFrame | None]:
    days = table["as_of"]
    first = days.index == days.index[0]
    return {
        "missing": None,
        "empty": table.iloc[:0],
        "small": table.head(399),
        "one label": table[table["Churn"] == "No"].head(450),
        "no label": table.drop(columns="Churn"),
        "a label lost": table.assign(Churn=table["Churn"].mask(first, None)),
        "a column lost": table.drop(columns="tenure"),
        "no day": table.drop(columns="as_of"),
        "a day lost": table.assign(as_of=days.mask(first)),
        "the last day of training": table.assign(
            as_of=days.mask(first, pd.Timestamp(TRAINED_UNTIL))
        ),
        "earlier": table.assign(as_of=pd.Timestamp("2024-04-30")),
    }


@pytest.mark.parametrize("name", ON_THE_TABLE)
def test_what_rests_on_a_table_refuses_an_unfit_one(good: Evidence, name: str) -> None:
    assert good.table is not None
    for what, table in unfit_tables(good.table).items():
        found = verdict(name, changed(good, table=table))
        assert not found.passed, what
        assert found.reason, what


@pytest.mark.parametrize("candidate", [None, raising, leaving, one_nan, too_few, log_odds])
def test_what_asks_the_model_refuses_a_broken_one(good: Evidence, candidate: Scorer | None) -> None:
    names = [*ON_THE_TABLE, "minimum_functionality"]
    names.remove("table_schema")
    broken = changed(good, candidate=candidate)
    found = {name: verdict(name, broken) for name in names}
    # One wrong score is seen where the customer it belongs to is asked about.
    assert [name for name, v in found.items() if v.passed] == []
    assert not decide(broken, CONFIG).passed


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (asking_for_region, "it could not be asked: KeyError: 'region'"),
        (raising, "it could not be asked: RuntimeError: the model cannot be read"),
        (leaving, "it could not be asked: SystemExit"),
    ],
)
def test_what_a_library_says_becomes_a_sentence(
    good: Evidence, candidate: Scorer, reason: str
) -> None:
    assert verdict("quality", changed(good, candidate=candidate)).reason == reason


@pytest.mark.parametrize(
    ("content", "word"), [(None, "is not signed"), ("{}", "does not fit the model")]
)
def test_a_folder_without_a_valid_signature_is_refused(
    tmp_path: Path, content: str | None, word: str
) -> None:
    evidence = good_evidence(tmp_path)
    assert evidence.folder is not None
    signature = evidence.folder / folders.SIGNATURE
    signature.unlink()
    if content is not None:
        signature.write_text(content)
    decision = decide(evidence, CONFIG)
    (refusal,) = decision.refusals
    assert refusal.startswith("files_signed: the ")
    assert word in refusal
    assert not decision.passed


@pytest.mark.parametrize("champion", [None, raising, one_nan, too_few])
def test_a_broken_champion_is_no_reason_to_promote(good: Evidence, champion: Scorer | None) -> None:
    broken = changed(good, champion=champion)
    for name in ("quality", "worst_slice", "money"):
        assert not verdict(name, broken).passed


#: Each takes something away or breaks it; None of the parts is optional.
DAMAGE: dict[str, dict[str, Any]] = {
    **{name: {name: None} for name in ("table", "candidate", "champion", "signature", "folder")},
    "public_key": {"public_key": None},
    "no lineage": {"lineage": {}},
    **{f"no {n}": {"lineage": {k: v for k, v in LINEAGE.items() if k != n}} for n in LINEAGE},
    "raising": {"candidate": raising},
    "nan": {"candidate": one_nan},
    "nan champion": {"champion": one_nan},
    "empty folder": {"folder": Path("nowhere")},
}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(names=st.sets(st.sampled_from(sorted(DAMAGE)), min_size=1))
def test_no_combination_of_missing_evidence_passes(good: Evidence, names: set[str]) -> None:
    parts = {key: value for name in sorted(names) for key, value in DAMAGE[name].items()}
    decision = decide(changed(good, **parts), CONFIG)
    assert not decision.passed
    assert decision.refusals
