"""A campaign contacts whom its scores choose, holds out by lot, and learns from the rows that it names."""

import numpy as np
import pandas as pd
import pytest

from churn.simulator import History, Scenario, simulate_history
from churn.training.continuous.interventions import RetrainedCampaign

REGION = Scenario(
    name="region", seed=3, customers=2500, monthly_joins=80, months=12, treatment_effects=True
)


def lived(campaign: RetrainedCampaign) -> History:
    return simulate_history(REGION, policy=campaign)


@pytest.fixture(scope="module")
def held_out() -> tuple[RetrainedCampaign, History]:
    campaign = RetrainedCampaign(share=0.2, hold_out=0.25, labels="weighted")
    return campaign, lived(campaign)


def decisions(campaign: RetrainedCampaign) -> pd.DataFrame:
    return pd.concat(campaign.log[campaign.start :], ignore_index=True)


def test_the_highest_scores_are_chosen_and_the_lot_leaves_some_alone(
    held_out: tuple[RetrainedCampaign, History],
) -> None:
    campaign, history = held_out
    rows = decisions(campaign)
    for _, month in rows.groupby("as_of"):
        assert month["chosen"].sum() == round(0.2 * len(month))
        assert (
            month.loc[month["chosen"], "score"].min() >= month.loc[~month["chosen"], "score"].max()
        )
    assert not rows["contacted"][~rows["chosen"]].any()
    chosen = rows[rows["chosen"]]
    assert abs(1 - chosen["contacted"].mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(chosen))
    np.testing.assert_allclose(rows["p_contact"], np.where(rows["chosen"], 0.75, 0))
    by_log = pd.concat(campaign.log)["contacted"].to_numpy()
    np.testing.assert_array_equal(history.snapshots["contacted"] == 1, by_log)
    assert not pd.concat(campaign.log[: campaign.start])["contacted"].any()


def test_examples_and_weights_are_those_of_their_kind(
    held_out: tuple[RetrainedCampaign, History],
) -> None:
    campaign, history = held_out
    rows = campaign.examples(history.labels)
    assert sorted(rows["as_of"].unique()) == history.months[-3:]
    assert not rows["contacted"].any()
    np.testing.assert_allclose(rows["weight"], np.where(rows["chosen"], 4.0, 1.0))
    everybody = history.snapshots["as_of"].isin(history.months[-3:]).sum()
    assert rows["weight"].sum() == pytest.approx(everybody, rel=0.03)  # those left stand for all

    campaign.labels = "untouched"
    assert set(campaign.examples(history.labels)["weight"]) == {1.0}
    campaign.labels = "all"
    kept = campaign.examples(history.labels)
    assert len(kept) == everybody
    assert kept["contacted"].any()
    campaign.labels = "weighted"


def test_a_model_is_trained_when_it_is_due_and_learns_from_its_own_contacts() -> None:
    scores = {}
    for name, every in {"never again": None, "each quarter": 3}.items():
        campaign = RetrainedCampaign(every=every)
        lived(campaign)
        scores[name] = [month["score"].to_numpy() for month in campaign.log[6:]]
    for month in range(3):  # until the second training both live the same life
        np.testing.assert_array_equal(scores["never again"][month], scores["each quarter"][month])
    assert not np.array_equal(scores["never again"][3], scores["each quarter"][3])


def test_two_lots_differ_and_one_is_repeated() -> None:
    contacted = [
        decisions(campaign)["contacted"].to_numpy()[: round(0.2 * 2500)]
        for seed in (0, 0, 1)
        for campaign in [RetrainedCampaign(hold_out=0.25, seed=seed, every=None)]
        if lived(campaign)
    ]
    np.testing.assert_array_equal(contacted[0], contacted[1])
    assert not np.array_equal(contacted[0], contacted[2])


def test_what_cannot_be_is_refused() -> None:
    for wrong in ({"share": 0.0}, {"share": 1.1}, {"hold_out": 1.0}, {"hold_out": -0.1}):
        with pytest.raises(ValueError, match="share lies above 0"):
            RetrainedCampaign(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="weights need a hold-out"):
        RetrainedCampaign(labels="weighted")
    with pytest.raises(ValueError, match="no label has arrived"):
        lived(RetrainedCampaign(start=2))
