"""What the page is made of; that it scores is proved in a browser (integration)."""

import json
import re
from pathlib import Path

import pytest

from churn import data, schema
from churn.edge import fields, write_page


def test_the_form_asks_for_every_feature_with_its_values() -> None:
    found = {field["name"]: field for field in fields()}
    assert tuple(found) == schema.FEATURES
    assert found["Contract"]["allowed"] == list(schema.ALLOWED["Contract"])
    assert (found["tenure"]["low"], found["tenure"]["high"]) == (0, schema.MAX_TENURE)
    assert {field["kind"] for field in found.values()} == {"string", "int64", "float32"}


def test_what_the_form_holds_at_first_is_a_customer() -> None:
    customer = {field["name"]: field["shown"] for field in fields()}
    table = data.load("synthetic", n=1).assign(**customer)
    assert schema.violations(table) == []


def test_the_folder_holds_all_that_the_page_asks_for(tmp_path: Path) -> None:
    write_page(tmp_path, b"model", 0.25)
    assert (tmp_path / "model.onnx").read_bytes() == b"model"
    assert json.loads((tmp_path / "settings.json").read_text())["threshold"] == 0.25
    page = (tmp_path / "index.html").read_text()
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert (tmp_path / name).is_file(), name
    for file in tmp_path.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, f"{file.name} asks another server"


def test_a_threshold_is_a_probability(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        write_page(tmp_path / "page", b"", 24)
    assert not (tmp_path / "page").exists()
