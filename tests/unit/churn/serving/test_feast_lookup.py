"""What Feast's online store has of a customer is what the model is given."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import redis
from feast import FeatureService, FeatureStore

from churn import schema
from churn.features import feature_store
from churn.serving import feast_lookup
from churn.serving.feast_lookup import FeastLookup

Records = list[dict[str, Any]]


def table(customers: pd.DataFrame) -> pd.DataFrame:
    """Sixty customers, one of them new and without a bill."""
    some = customers.head(60).copy()
    some.loc[0, ["tenure", "TotalCharges"]] = [0, None]
    return some


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame) -> FeatureStore:
    moment = pd.Timestamp("2025-01-01", tz="UTC")
    folder = tmp_path_factory.mktemp("feast") / "repository"
    return feast_lookup.open_record_store(folder, table(customers), moment)


def test_the_store_has_each_customer_as_it_is(store: FeatureStore, records: Records) -> None:
    new = {**records[0], "tenure": 0, "TotalCharges": None}
    asked = [new, *records[1:60]]
    found = FeastLookup(store)([one[schema.ID] for one in asked])
    assert found == {one[schema.ID]: {name: one[name] for name in schema.FEATURES} for one in asked}


def test_it_says_what_feast_says(store: FeatureStore, records: Records) -> None:
    ids = [one[schema.ID] for one in records[:5]]
    entities = [{schema.ID: one} for one in ids]
    service = store.get_feature_service(feast_lookup.SERVICE)
    said = store.get_online_features(service, entities).to_dict()
    found = FeastLookup(store)(ids)
    for name in schema.FEATURES:
        assert [found[one][name] for one in ids] == said[name]


def test_who_is_not_there_is_not_found(store: FeatureStore, records: Records) -> None:
    stranger, known = "0000-AAAAA", records[0][schema.ID]
    assert set(FeastLookup(store)([stranger, known, records[80][schema.ID]])) == {known}
    assert FeastLookup(store)([]) == {}


def test_a_service_of_some_columns(store: FeatureStore, records: Records) -> None:
    view = store.get_feature_view(feast_lookup.VIEW)
    store.apply(FeatureService(name="few", features=[view[["Contract", "tenure"]]]))
    known = records[1]
    found = FeastLookup(store, "few")([known[schema.ID]])
    assert found == {known[schema.ID]: {name: known[name] for name in ("Contract", "tenure")}}


def test_a_harmed_store_is_an_error_and_not_a_stranger(
    tmp_path: Path, customers: pd.DataFrame
) -> None:
    moment = pd.Timestamp("2025-01-01", tz="UTC")
    store = feast_lookup.open_record_store(tmp_path / "r", customers.head(3), moment)
    (tmp_path / "r" / "online.db").unlink()
    again = FeatureStore(repo_path=str(tmp_path / "r"))
    with pytest.raises(Exception, match="no such table"):
        FeastLookup(again)([customers[schema.ID].iloc[0]])
    assert feature_store.feature_names(store, feast_lookup.SERVICE) == list(schema.FEATURES)


# A store that hangs must give the thread back.


def test_a_redis_that_accepts_and_never_answers_is_an_error_in_time(
    store: FeatureStore, tmp_path: Path
) -> None:
    folder = tmp_path / "repository"
    assert store.repo_path
    shutil.copytree(store.repo_path, folder)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]},socket_connect_timeout=7"
        online = f"{{type: redis, connection_string: '{address}'}}"
        yaml = feature_store.FEATURE_STORE_YAML.replace("{type: sqlite, path: online.db}", online)
        (folder / "feature_store.yaml").write_text(yaml)
        asked = FeatureStore(repo_path=str(folder))
        lookup = FeastLookup(asked, timeout=0.1)
        # What somebody set stays as it is.
        assert asked.config.online_store.connection_string == f"{address},socket_timeout=0.1"
        with pytest.raises(redis.TimeoutError):
            lookup(["1234-ABCDE"])


def test_a_look_up_that_does_not_come_back_takes_no_other_with_it(store: FeatureStore) -> None:
    lookup = FeastLookup(store, timeout=0.01)
    with lookup._one_at_a_time, pytest.raises(TimeoutError, match="does not come back"):
        lookup(["1234-ABCDE"])
    assert lookup(["1234-ABCDE"]) == {}
