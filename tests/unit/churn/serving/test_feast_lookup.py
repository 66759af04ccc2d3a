"""What Feast's online store has of a customer is what the model is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
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
