"""Compare the month's candidate with the champion: promote it, or archive it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.entities.model_registry import ModelVersion

from churn import schema, training
from churn.labels import Day
from churn.pipeline import early, feature_repo, runs
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import train
from churn.pipeline.stores import Stores
from churn.registry import packaging
from churn.registry.gates import Decision, decide
from churn.registry.gates.evidence import Scorer
from churn.registry.promotion import CHAMPION, DECISION
from churn.registry.supply_chain import signing
from churn.registry.versions import files_of

#: A tag of a version that the gate refused: by which criteria.
ARCHIVED = "pipeline.archived"
#: A tag of a version: digest of the settings by which it was judged.
JUDGED_BY = "pipeline.judged_by"


def run(stores: Stores, day: Day) -> runs.Run:
    """Ask the gate about the candidate that was trained for the day, and do what it says.

    Raises:
        JobError: if there is no candidate.
        PromotionError: if a promotion is under way, or somebody must approve and does not.
    """
    stores.require()
    trained = runs.recorded(stores, "train", day)
    if trained is None or "version" not in trained.made:
        raise JobError(f"there is no candidate of {runs.month_of(day)}: run the job train first")
    desk, version = stores.promotion, str(trained.made["version"])
    desk.settle()
    if desk.made_champion(version) is not None:
        return _record(stores, day, version)
    champion = desk.version_of(CHAMPION)
    decision = decided(stores, version, champion)
    if not decision.passed:
        names = ", ".join(v.name for v in decision.verdicts if not v.passed)
        stores.client.set_model_version_tag(stores.config.model, version, ARCHIVED, names)
        said = f"version {version} is refused by {names}"
        said += f"; version {champion} stays" if champion else "; there is no champion"
        return runs.record(stores, "deploy", day, said, version=version, promoted=False)
    approval = stores.config.approval
    if approval.second_person:
        desk.approve(version, who=approval.approver)
    desk.promote(version, who=approval.who, why=f"passed the gate on {runs.month_of(day)}")
    return _record(stores, day, version)


def reference_table(stores: Stores, month: Day) -> pd.DataFrame:
    """The customers of a labelled month with the columns of :mod:`churn.schema` and ``as_of``."""
    rows = feature_repo.training_rows(stores.features, early.outcome_of(stores, month))
    rows[schema.TARGET] = np.where(rows["churned"] == 1, "Yes", "No").astype(object)
    rows.loc[rows["tenure"] == 0, "TotalCharges"] = np.nan
    return rows[[*schema.COLUMNS, "as_of"]]


@contextmanager
def signed_files(stores: Stores, version: str) -> Iterator[Path]:
    """The files of a version, as long as the ``with`` lasts.

    Raises:
        SignatureError: if they are not as they were signed. Loading a model runs code of it, so that
            this is looked at before.
    """
    with files_of(stores.client, _version(stores, version)) as folder:
        signing.verify(folder, _signers_key(stores))
        yield folder


@contextmanager
def scorer_of(stores: Stores, version: str) -> Iterator[Scorer]:
    """The scores of a version, as long as the ``with`` lasts.

    Raises:
        SignatureError: see :func:`signed_files`.
    """
    with signed_files(stores, version) as folder:
        yield packaging.scorer(folder, "onnx")


def _record(stores: Stores, day: Day, version: str) -> runs.Run:
    """The record of a promotion, whether this run made it or one that was killed."""
    desk = stores.promotion
    made = desk.made_champion(version)
    before = f"in place of version {made.replaced}" if made and made.replaced else "the first"
    said = f"version {version} is the champion, {before}"
    if version != desk.version_of(CHAMPION):
        said = f"version {version} was the champion and is not any more"
    return runs.record(stores, "deploy", day, said, version=version, promoted=True)


def decided(stores: Stores, version: str, champion: str | None) -> Decision:
    """The gate's decision: the recorded one, or a new one where champion or settings are others.

    Args:
        stores: of the environment.
        version: the candidate.
        champion: the present one; None if there is none.
    """
    tags = stores.tags_of(version)
    if DECISION in tags and tags.get(JUDGED_BY) == stores.config.digest():
        recorded = Decision.from_json(tags[DECISION])
        if recorded.compared_with == champion:
            return recorded
    table = reference_table(stores, tags[train.REFERENCE])
    with files_of(stores.client, _version(stores, version)) as folder:
        if champion is None:
            decision = _ask(stores, table, folder, tags, _rule, None)
        else:
            with scorer_of(stores, champion) as theirs:
                decision = _ask(stores, table, folder, tags, theirs, champion)
    stores.promotion.record(version, decision, stores.keys / "gate" / signing.PRIVATE_KEY)
    client, model = stores.client, stores.config.model
    client.set_model_version_tag(model, version, JUDGED_BY, stores.config.digest())
    return decision


def _signers_key(stores: Stores) -> Path:
    return stores.keys / "signer" / signing.PUBLIC_KEY


def _ask(
    stores: Stores,
    table: pd.DataFrame,
    folder: Path,
    tags: dict[str, str],
    champion: Scorer,
    champion_version: str | None,
) -> Decision:
    """What the gate says; a candidate that is unsigned or cannot be read is refused with a reason."""
    evidence = packaging.evidence_of(
        folder, _signers_key(stores), table=table, champion=champion,
        champion_version=champion_version, lineage=tags, engine="onnx",
    )  # fmt: skip
    bounds = stores.config.bounds
    if champion is _rule:  # its scores are 0 and 1: to be closer than that is no merit
        bounds = bounds.model_copy(update={"max_calibration_loss": None})
    return decide(evidence, bounds)


def _rule(X: pd.DataFrame) -> np.ndarray:
    """What a first champion is compared with: the rule that the model replaces."""
    return training.baseline_rule(X)


def _version(stores: Stores, version: str) -> ModelVersion:
    return stores.client.get_model_version(stores.config.model, version)
