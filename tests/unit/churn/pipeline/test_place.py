"""Environments are kept apart."""

from pathlib import Path

import pytest

from churn.pipeline.config import load_config
from churn.pipeline.place import OWNER, Place, PlaceError, owner_of_database


def place_of(name: str, home: Path, **changes: str) -> Place:
    return Place(load_config(name, changes=changes), home)


def test_a_place_that_nobody_set_up(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="dev is not set up: run the job setup first"):
        place_of("dev", tmp_path).require()
    assert list(tmp_path.iterdir()) == []


def test_staging_cannot_use_the_databases_of_prod(tmp_path: Path) -> None:
    prod = place_of("prod", tmp_path)
    prod.claim()
    prod.require()
    for setting, url in (("scores", prod.scores_url), ("registry", prod.registry_url)):
        staging = place_of("staging", tmp_path, **{setting: url})
        for attempt in (staging.claim, staging.must_be_own):
            with pytest.raises(PlaceError, match="belongs to prod, not to staging"):
                attempt()
        assert owner_of_database(url) == "prod"
        assert "/" not in str(url).rsplit("/", 1)[-1]


def test_a_folder_of_another_environment(tmp_path: Path) -> None:
    place_of("prod", tmp_path).claim()
    (tmp_path / "prod").rename(tmp_path / "dev")
    with pytest.raises(PlaceError, match="the folder dev belongs to prod, not to dev"):
        place_of("dev", tmp_path).require()


def test_a_label_that_cannot_be_read(tmp_path: Path) -> None:
    place = place_of("dev", tmp_path)
    place.claim()
    (place.root / OWNER).write_text("{")
    with pytest.raises(PlaceError, match="cannot be read"):
        place.require()


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert owner_of_database(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []
