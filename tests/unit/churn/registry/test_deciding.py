"""One decision is of one look at one candidate: nothing is asked twice, and nothing changes meanwhile."""

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from numpy.typing import ArrayLike

from candidates import CONFIG, changed, good_evidence, leaving, raising, score
from churn.registry.gates import Evidence, decide
from churn.registry.supply_chain import signing


@pytest.mark.parametrize("ends", ["well", "raising", "leaving"])
def test_criteria_share_one_look_at_the_table(good: Evidence, ends: str) -> None:
    assert good.table is not None
    customers, whole = len(good.table), list[str]()

    def counting(X: pd.DataFrame, whose: str) -> ArrayLike:
        if len(X) == customers:
            whole.append(whose)
        return {"well": score, "raising": raising, "leaving": leaving}[ends](X)

    models = {name: partial(counting, whose=name) for name in ("candidate", "champion")}
    decision = decide(changed(good, **models), CONFIG)
    # Four criteria ask for the candidate's scores and three for the champion's.
    assert whole.count("candidate") == 1
    assert whole.count("champion") == (1 if ends == "well" else 0)
    said = [v.reason for v in decision.verdicts if v.name in ("quality", "calibration", "money")]
    assert (len(set(said)) == 1) is (ends != "well")


def test_the_table_is_examined_once_for_each_set_of_bounds(
    good: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Evidence] = []
    must_be_later = Evidence._must_be_later

    def watched(evidence: Evidence, days: pd.Series) -> None:
        looks.append(evidence)
        must_be_later(evidence, days)

    monkeypatch.setattr(Evidence, "_must_be_later", watched)
    evidence = changed(good)
    decide(evidence, CONFIG)
    assert len(looks) == 1
    # Other bounds are another question: this table is too small for them.
    assert not decide(evidence, CONFIG.model_copy(update={"min_customers": 10_000})).passed


def test_a_candidate_cannot_change_what_others_see(good: Evidence) -> None:
    def meddling(X: pd.DataFrame) -> ArrayLike:
        p = score(X)
        X.loc[:, "tenure"] = 0
        X.loc[:, "Contract"] = "Two year"
        return p

    assert decide(changed(good, candidate=meddling), CONFIG).refusals == []


def test_a_folder_that_changes_while_it_is_judged_is_refused(tmp_path: Path) -> None:
    evidence = good_evidence(tmp_path)
    folder = evidence.folder
    assert folder is not None

    def writing(X: pd.DataFrame) -> ArrayLike:
        (folder / "weights.txt").write_text("0")
        signing.sign(folder, folder.parent / "keys" / signing.PRIVATE_KEY)
        return score(X)

    decision = decide(changed(evidence, candidate=writing), CONFIG)
    # Signed again, it satisfies every criterion; only these are other files than those at first.
    assert decision.refusals == []
    assert not decision.passed
