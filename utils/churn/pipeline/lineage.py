"""From a batch of scores back to everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from churn.pipeline.graph import JobError
from churn.pipeline.jobs import train
from churn.pipeline.runs import recorded_batch
from churn.pipeline.stores import Stores


@dataclass(frozen=True)
class Origin:
    """What a batch of scores rests on.

    Attributes:
        batch: its name.
        features: version of the Delta table that was scored.
        model: name and version of the model.
        trained_from: first month of its training rows.
        trained_until: last month of its training rows.
        reference: the month on which it was compared.
        data: fingerprint of its training rows.
        data_versions: of the Delta tables that it was trained from.
        code: digest of the code that trained it, and of the one that scored.
        config: digest of the settings when it was trained, and when it scored.
        evidence: the gate's figures, by criterion.
        promoted_by: who promoted it.
        approved_by: who approved it; None where nobody had to.
        why: it was promoted.
    """

    batch: str
    features: int
    model: str
    trained_from: str
    trained_until: str
    reference: str
    data: str
    data_versions: dict[str, int]
    code: tuple[str, str]
    config: tuple[str, str]
    evidence: dict[str, dict[str, float]]
    promoted_by: str
    approved_by: str | None
    why: str


def origin_of(stores: Stores, batch: str) -> Origin:
    """What a batch rests on.

    Raises:
        JobError: if no record knows the batch.
    """
    scored = recorded_batch(stores, batch)
    if scored is None:
        raise JobError(f"no record knows a batch {batch!r}")
    version = str(scored.made["version"])
    tags = stores.tags_of(version)
    promotion = stores.promotion.made_champion(version)
    if promotion is None:
        raise JobError(f"version {version} was never promoted")
    return Origin(
        batch=batch,
        features=int(scored.made["features"]),
        model=f"{stores.config.model} {version}",
        trained_from=tags[train.FIRST],
        trained_until=tags["trained_until"],
        reference=tags[train.REFERENCE],
        data=tags["data_version"],
        data_versions={name: int(tags[f"data.{name}"]) for name in ("features", "labels")},
        code=(tags["code_version"], scored.code),
        config=(tags[train.CONFIG], scored.config),
        evidence=promotion.evidence,
        promoted_by=promotion.who,
        approved_by=promotion.approved_by,
        why=promotion.why,
    )
