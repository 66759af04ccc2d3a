"""From a batch of scores back to everything it rests on, and to nothing that never happened."""

import shutil
from pathlib import Path

import pytest

from churn.pipeline import runs
from churn.pipeline.config import load_config
from churn.pipeline.graph import JobError
from churn.pipeline.jobs import train
from churn.pipeline.lineage import Origin, origin_of
from churn.pipeline.stores import REGISTRY, Stores
from churn.registry import folders
from churn.registry.gates import CRITERIA, Decision, Verdict
from churn.registry.packaging import register
from churn.registry.promotion import CHAMPION
from churn.registry.supply_chain import signing
from coursekit.environment import mlflow_store

AUGUST = "2024-08-31"
OWNER = "owner of the retention campaign"


class Killed(BaseException):
    """Stands for a process that ends here."""


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    """Prod with two versions in its registry, neither of them judged."""
    stores = Stores(load_config("prod"), tmp_path)
    stores.root.mkdir()
    shutil.copyfile(mlflow_store.empty(), stores.root / REGISTRY)
    stores.claim()
    gate = stores.keys / "gate"
    gate.mkdir(parents=True)
    signing.make_keys(gate)
    client = stores.client
    experiment = client.create_experiment("churn", (stores.root / "artifacts").as_uri())
    for number in (1, 2):
        run = client.create_run(experiment).info.run_id
        folder = model(stores, number)
        folder.mkdir(parents=True)
        (folder / "weights").write_text(str(number))
        assert register(client, "churn", folder, run, lineage(number)) == str(number)
    return stores


def model(stores: Stores, number: int) -> Path:
    return stores.packages / f"model-{number}"


def lineage(number: int) -> dict[str, str]:
    """What a training says of its version; each with the version's number in it."""
    return {
        train.FIRST: f"2024-0{number}-29",
        "trained_until": f"2024-0{number + 2}-30",
        train.REFERENCE: f"2024-0{number + 3}-31",
        train.CONFIG: f"settings {number}",
        "data_version": f"rows {number}",
        "data.features": f"1{number}",
        "data.labels": f"2{number}",
        "code_version": f"code {number}",
    }


def judge(stores: Stores, number: int) -> None:
    """The gate lets a version pass, by figures of its own, and somebody approves it."""
    verdicts = (Verdict(name, True, "it is so", {"figure": number / 4}) for name in CRITERIA)
    digest, champion = folders.digest(model(stores, number)), stores.promotion.version_of(CHAMPION)
    passed = Decision(tuple(verdicts), tuple(CRITERIA), digest, champion)
    stores.promotion.record(str(number), passed, stores.keys / "gate" / signing.PRIVATE_KEY)
    stores.promotion.approve(str(number), who=OWNER)


def promote(stores: Stores, number: int, why: str = "passed the gate on 2024-08") -> None:
    judge(stores, number)
    stores.promotion.promote(str(number), who="pipeline", why=why)


def scored(stores: Stores, number: int, features: int = 7) -> str:
    """The record of August's batch, scored by a version."""
    batch = f"2024-08/churn-{number}@0.1453"
    runs.record(stores, "batch_inference", AUGUST, "done", batch=batch, version=str(number), features=features)  # fmt: skip
    return batch


def test_everything_that_a_batch_rests_on(stores: Stores) -> None:
    promote(stores, 1)
    batch = scored(stores, 1)
    assert origin_of(stores, batch) == Origin(
        batch="2024-08/churn-1@0.1453",
        features=7,
        model="churn 1",
        trained_from="2024-01-29",
        trained_until="2024-03-30",
        reference="2024-04-31",
        data="rows 1",
        data_versions={"features": 11, "labels": 21},
        code=("code 1", runs.code_version()),
        config=("settings 1", load_config("prod").digest()),
        evidence={name: {"figure": 0.25} for name in CRITERIA},
        promoted_by="pipeline",
        approved_by=OWNER,
        why="passed the gate on 2024-08",
    )


def test_a_batch_rests_on_the_version_that_scored_it_and_not_on_the_champion(
    stores: Stores,
) -> None:
    promote(stores, 1)
    first = scored(stores, 1)
    promote(stores, 2, why="better")
    assert stores.promotion.version_of(CHAMPION) == "2"
    assert origin_of(stores, first).model == "churn 1"
    second = scored(stores, 2, features=8)
    found = origin_of(stores, second)
    assert (found.model, found.data, found.features, found.why) == (
        "churn 2",
        "rows 2",
        8,
        "better",
    )
    assert found.evidence["quality"] == {"figure": 0.5}
    # The month was scored again, as after a retraining: the batch that was served before is known.
    assert origin_of(stores, first).model == "churn 1"
    assert origin_of(stores, first).features == 7
    # And again, after a rollback and a correction: it is the first run that made the scores.
    assert scored(stores, 1, features=9) == first
    assert origin_of(stores, first).features == 7
    assert runs.recorded(stores, "batch_inference", AUGUST).made["features"] == 9  # type: ignore[union-attr]
    assert origin_of(stores, second).model == "churn 2"


def test_a_batch_from_before_there_was_a_record_of_each(stores: Stores) -> None:
    promote(stores, 1)
    batch = scored(stores, 1)
    shutil.rmtree(stores.records / "2024-08" / "batches")
    assert origin_of(stores, batch).model == "churn 1"


def test_a_move_that_was_not_made_is_no_promotion(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(stores, 1)
    batch = scored(stores, 2)

    def dies(_: str, alias: str, version: str) -> None:
        raise Killed(alias, version)

    judge(stores, 2)
    with monkeypatch.context() as patch:
        patch.setattr(stores.client, "set_registered_model_alias", dies)
        with pytest.raises(Killed):
            stores.promotion.promote("2", who="Ada", why="too soon")
    states = []
    for settle in (lambda: None, stores.promotion.settle):
        settle()
        states.append(stores.promotion.audit()[-1].state)
        with pytest.raises(JobError, match=r"^version 2 was never promoted$"):
            origin_of(stores, batch)
    assert states == ["started", "abandoned"]
    promote(stores, 2, why="now")
    found = origin_of(stores, batch)
    assert (found.why, found.promoted_by) == ("now", "pipeline")


def test_an_unknown_batch_is_one_sentence(stores: Stores) -> None:
    known = scored(stores, 1)
    strange = ("", "nonsense", known.replace("08", "09"), known[:-1], "2024-08", "../x/y", "/",
               "2024-08/../batch_inference", "2024-08/a/b", "2024-13/churn-1@0.1453")  # fmt: skip
    for batch in strange:
        with pytest.raises(JobError) as error:
            origin_of(stores, batch)
        assert str(error.value) == f"no record knows a batch {batch!r}"
    # A batch that is known, of a version that nobody made the champion.
    with pytest.raises(JobError, match=r"^version 1 was never promoted$"):
        origin_of(stores, known)


def test_where_nobody_had_to_approve_nobody_is_named(stores: Stores) -> None:
    alone = {"second_person": False, "approver": ""}
    free = Stores(load_config("prod", changes={"approval": alone}), stores.home)
    promote(free, 1)
    found = origin_of(free, scored(free, 1))
    assert (found.promoted_by, found.approved_by) == ("pipeline", None)
    assert found.config[1] != load_config("prod").digest()
