"""Each copy differs from the package as its name says, and in nothing else."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from churn import data, features, training
from churn.registry import packaging
from churn.registry.supply_chain import scan, signing
from coursekit.exercises import tampering


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Path]]:
    """A signed package, the public key, and its tampered copies."""
    folder = tmp_path_factory.mktemp("tampering")
    customers = data.load("synthetic", n=300, seed=1)
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, folder / "package", threshold=0.245)
    shutil.copytree(folder / "package", folder / "older")
    (folder / "older/MLmodel").write_text("older")
    for name in ("keys", "attacker"):
        (folder / name).mkdir()
    private, public = signing.make_keys(folder / "keys")
    for name in ("package", "older"):
        signing.sign(folder / name, private)
    attackers, _ = signing.make_keys(folder / "attacker")
    made = tampering.tampered(
        folder / "package", folder / "older", attackers, folder / "copies"
    )  # fmt: skip
    return folder / "package", public, made


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def test_each_copy_differs_and_is_refused(signed: tuple[Path, Path, dict[str, Path]]) -> None:
    package, public, copies = signed
    assert signing.verify(package, public)
    assert len(copies) == 20
    original = contents(package)
    for name, folder in copies.items():
        found = contents(folder)
        differing = {key for key in original | found if original.get(key) != found.get(key)}
        assert 1 <= len(differing) <= 2, name
        with pytest.raises(signing.SignatureError):
            signing.verify(folder, public)
    assert len({frozenset(contents(folder).items()) for folder in copies.values()}) == 20


def test_the_weights_are_changed_so_that_the_files_still_load(
    signed: tuple[Path, Path, dict[str, Path]],
) -> None:
    package, _, copies = signed
    X = features.features(data.load("synthetic", n=50, seed=2))
    ways: list[tuple[str, packaging.Engine]] = [
        ("weight in the ONNX file", "onnx"),
        ("weights in the skops file", "sklearn"),
    ]
    for name, engine in ways:
        assert scan.scan(copies[name], packaging.TRUSTED) == []
        before, after = (
            np.asarray(packaging.scorer(folder, engine)(X)) for folder in (package, copies[name])
        )
        assert np.abs(after - before).max() > 0.01
    assert scan.scan(copies["pickle added"], packaging.TRUSTED)


def test_a_pattern_that_does_not_occur_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: {}\n")
    attack = tampering.Attack(tmp_path, tmp_path, tmp_path, tmp_path)
    with pytest.raises(ValueError, match="nothing like"):
        attack.edit("MLmodel", "engine: sklearn", "engine: onnx")
