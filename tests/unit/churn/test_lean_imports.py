"""What is left out cannot be imported, and only then; and no part of the telco brings PyTorch along."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from churn.lean_imports import without
from coursekit.environment import known


@pytest.fixture
def optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package, and another one that uses it where it is installed."""
    (tmp_path / "tensors_of_a_test.py").write_text("")
    (tmp_path / "frames_of_a_test.py").write_text(
        "try:\n"
        "    import tensors_of_a_test as tensors\n"
        "except ImportError as error:\n"
        "    tensors, why = None, str(error)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("tensors_of_a_test", "frames_of_a_test"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("optional")
def test_who_can_do_without_does() -> None:
    with without("tensors_of_a_test"):
        frames = importlib.import_module("frames_of_a_test")
    assert frames.tensors is None
    assert frames.why == "tensors_of_a_test was left out by churn.lean_imports"
    assert importlib.import_module("tensors_of_a_test")


@pytest.mark.usefixtures("optional")
def test_what_is_loaded_stays_and_others_are_not_touched() -> None:
    tensors = importlib.import_module("tensors_of_a_test")
    with without("tensors_of_a_test", "frames"):
        assert importlib.import_module("frames_of_a_test").tensors is tensors


@pytest.mark.usefixtures("optional")
def test_after_an_error_all_can_be_imported() -> None:
    before = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError, match="left out"), without("tensors_of_a_test"):
        importlib.import_module("tensors_of_a_test")
    assert sys.meta_path == before
    assert importlib.import_module("tensors_of_a_test")


def test_packaging_and_features_do_not_load_pytorch() -> None:
    """It is installed for Ludwig; three seconds and 480 MB more in each process were the price."""
    code = (
        "import sys, churn.registry.packaging, churn.pipeline.feature_repo\n"
        "print('torch' in sys.modules, 'skops.io' in sys.modules, 'feast' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=known.environment(),
    )
    assert done.stdout.split() == ["False", "True", "True"]
