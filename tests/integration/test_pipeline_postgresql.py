"""The pipeline with registry, feature store and scores on a PostgreSQL server, by URL."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

import postgresql_cluster
from churn import data, database
from churn.data.landing import deliver_table
from churn.pipeline.config import FOLDER, ConfigError, load_config
from churn.pipeline.stores import Stores, StoresError
from coursekit.environment import known
from few_customers import BOUNDS

pytestmark = pytest.mark.needs("postgresql")
DATABASES = ("registry", "feature_registry", "feature_store", "scores")
EACH = 600
#: Loads what the test itself does not need.
SCRIPT = Path(postgresql_cluster.__file__).with_name("pipeline_by_url.py")


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    """The addresses of four databases, two of them whole and two by their password."""
    with postgresql_cluster.running() as url:
        server = sa.make_url(url)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in DATABASES:
                connection.execute(sa.text(f"CREATE DATABASE {name}"))
                # What is there at a moment must not depend on where the server stands.
                zone = f"ALTER DATABASE {name} SET timezone TO 'America/New_York'"
                connection.execute(sa.text(zone))
        engine.dispose()
        whole = {
            f"{name.upper()}_URL": server.set(database=name).render_as_string(hide_password=False)
            for name in DATABASES
        }
        yield {**whole, "PASSWORD": str(server.password), "SERVER": f"{server.host}:{server.port}"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six months of a few customers, and prod's settings with addresses instead of files."""
    home = tmp_path_factory.mktemp("telco")
    deliver_table(home / "landing", data.load("synthetic", n=6 * EACH, seed=3), months=6)
    folder = Path(shutil.copytree(FOLDER, home / "settings"))
    by_password = "postgresql+psycopg://mlflow:${PASSWORD}@${SERVER}"
    settings = {
        "approval": {"second_person": True, "approver": "owner of the campaign"},
        "gate": BOUNDS,
        "registry": "${REGISTRY_URL}",
        "feature_registry": "${FEATURE_REGISTRY_URL}",
        "feature_store": f"{by_password}/feature_store",
        "scores": f"{by_password}/scores",
    }
    (folder / "prod.yaml").write_text(yaml.safe_dump(settings))
    return home


@pytest.fixture(scope="module")
def found(home: Path, variables: dict[str, str]) -> dict[str, Any]:
    """What the script saw."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(home)],
        capture_output=True, text=True, check=False, env=known.environment(variables),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_all_jobs_of_a_month_come_to_their_end(found: dict[str, Any]) -> None:
    said = found["said"]
    assert said["deploy"] == "version 1 is the champion, the first"
    assert said["batch_inference"].startswith(f"{EACH} customers by version 1, ")
    assert (found["champion"], found["served"]) == ("1", EACH)
    assert found["the same again"]
    assert found["origin"]["approved_by"] == "owner of the campaign"
    assert found["origin"]["trained_from"] == "2025-01-31"


def test_feast_joins_and_looks_up_in_the_database(found: dict[str, Any]) -> None:
    assert found["joined"]
    assert found["online"]
    assert found["stores"] == ["UrlOnlineStoreConfig", "UrlOfflineStoreConfig"]
    assert found["registry of features"] == "SqlRegistry"


def test_what_is_on_the_disk_is_tables_files_and_no_password(
    home: Path, found: dict[str, Any], variables: dict[str, str]
) -> None:
    root = home / "prod"
    assert found["champion"] == "1"
    made = sorted(one.name for one in root.iterdir() if not one.name.endswith(".lock"))
    assert made == ["artifacts", "environment.json", "features", "keys", "packages", "records", "tables"]  # fmt: skip
    files = [one for one in root.rglob("*") if one.is_file()]
    assert {"feature_store.yaml"} == {one.name for one in files if one.is_relative_to(root / "features")}  # fmt: skip
    assert [one for one in files if one.suffix == ".db"] == []
    secret = variables["PASSWORD"].encode()
    assert [one for one in files if secret in one.read_bytes()] == []
    # A find that finds: the settings name the variable, which Feast reads itself.
    assert b"${PASSWORD}" in (root / "features" / "feature_store.yaml").read_bytes()


def test_each_database_has_its_part_and_says_whose_it_is(
    found: dict[str, Any], variables: dict[str, str]
) -> None:
    assert found["champion"] == "1"
    parts = {"registry": "model_versions", "feature_registry": "feature_views",
             "feature_store": "customer_month", "scores": "scores"}  # fmt: skip
    for name, table in parts.items():
        engine = sa.create_engine(variables[f"{name.upper()}_URL"])
        with engine.connect() as connection:
            owner = connection.execute(sa.text("SELECT environment FROM pipeline_environment"))
            assert owner.scalar() == "prod"
            count = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar()
            assert count == {"feature_store": 3 * EACH, "scores": EACH}.get(name, 1)
        engine.dispose()


def test_staging_cannot_use_the_databases_of_prod(
    home: Path, found: dict[str, Any], variables: dict[str, str]
) -> None:
    assert found["champion"] == "1"
    for name in DATABASES:
        (home / "settings" / "staging.yaml").write_text(f"{name}: ${{{name.upper()}_URL}}\n")
        config = load_config("staging", home / "settings", variables=variables)
        with pytest.raises(
            StoresError, match=f"the database {name} belongs to prod, not to staging"
        ):
            Stores(config, home).must_be_own()
    assert not (home / "staging").exists()


def test_a_password_in_the_settings_is_refused(home: Path, variables: dict[str, str]) -> None:
    (home / "settings" / "dev.yaml").write_text(f"feature_store: {variables['SCORES_URL']}\n")
    for given in (
        {"folder": home / "settings"},
        {"changes": {"feature_store": variables["SCORES_URL"]}},
    ):
        with pytest.raises(ConfigError, match="a password") as error:
            load_config("dev", **given)
        assert variables["PASSWORD"] not in str(error.value)
    with pytest.raises(ConfigError, match="dev: feature_store"):
        load_config("dev", changes={"feature_store": "sqlite:///features.db"})


def test_an_insert_says_how_many_rows_were_new(variables: dict[str, str]) -> None:
    """By this a batch of scores, or of events, that is there already is known."""
    meta = sa.MetaData()
    numbers = sa.Table("numbers", meta, sa.Column("key", sa.Text, primary_key=True))
    engine = database.connect(variables["SCORES_URL"])
    database.make_tables(engine, meta)
    new = database.insert_new(engine.dialect, numbers)
    with engine.begin() as connection:
        rows = [{"key": "a"}], [{"key": "a"}], [{"key": "a"}, {"key": "b"}]
        assert [connection.execute(new.values(some)).rowcount for some in rows] == [1, 0, 1]
    engine.dispose()
