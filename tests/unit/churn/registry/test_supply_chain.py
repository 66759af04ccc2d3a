"""A changed model is refused, code in a model is found, and the parts list is the environment's."""

import gzip
import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import skops.io
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from candidates import signed_folder
from churn.registry import folders
from churn.registry.supply_chain import parts, scan, signing


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, Path]:
    model, public = signed_folder(tmp_path)
    return model, public


def test_a_signed_model_is_verified(signed: tuple[Path, Path]) -> None:
    model, public = signed
    assert [path.name for path in signing.verify(model, public)] == ["weights.txt"]
    (model / folders.WRITTEN_BY_MLFLOW).write_text("model_name: churn\n")
    assert len(signing.verify(model, public)) == 1


def _within(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / name).write_text("import os")


def _other_signature(model: Path) -> None:
    other, _ = signed_folder(model.parent / "other")
    (model / "model.sig").write_bytes((other / "model.sig").read_bytes())


TAMPERED: dict[str, Callable[[Path], object]] = {
    "changed": lambda m: (m / "weights.txt").write_text("1"),
    "one bit": lambda m: (m / "weights.txt").write_text("-1.9 -0.029 1.3 1.1 0.7\n"),
    "more": lambda m: (m / "more.py").write_text("import os"),
    "hidden": lambda m: (m / ".gitattributes").write_text("x"),
    "in .git": lambda m: _within(m / ".git", "config"),
    "in a folder": lambda m: _within(m / "a", "model.sig"),
    "where nothing is signed": lambda m: _within(m / "registered_model_meta", "more.py"),
    "less": lambda m: (m / "weights.txt").rename(m.parent / "weights.txt"),
    "renamed": lambda m: (m / "weights.txt").rename(m / "weight.txt"),
    "empty": lambda m: (m / "weights.txt").write_text(""),
    "no signature": lambda m: (m / "model.sig").unlink(),
    "broken signature": lambda m: (m / "model.sig").write_text("{}"),
    "another's signature": _other_signature,
    "a link": lambda m: (m / "linked").symlink_to(m / "weights.txt"),
    "unreadable name": lambda m: (m / "model.sig").write_bytes(b"\xff\xfe"),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERED)
def test_a_tampered_model_is_refused(signed: tuple[Path, Path], how: str) -> None:
    model, public = signed
    TAMPERED[how](model)
    with pytest.raises(signing.SignatureError) as refusal:
        signing.verify(model, public)
    assert "\n" not in str(refusal.value)


def test_only_the_right_key_verifies(signed: tuple[Path, Path], tmp_path: Path) -> None:
    model, public = signed
    (tmp_path / "other").mkdir()
    _, other = signing.make_keys(tmp_path / "other")
    with pytest.raises(signing.SignatureError, match="does not fit"):
        signing.verify(model, other)
    public.write_text("no key")
    with pytest.raises(signing.SignatureError):
        signing.verify(model, public)


def test_a_signed_text_is_verified_and_another_is_not(tmp_path: Path) -> None:
    private, public = signing.make_keys(tmp_path)
    (tmp_path / "other").mkdir()
    other_private, other = signing.make_keys(tmp_path / "other")
    signature = signing.sign_text("passed: true", private)
    assert "\n" not in signature
    signing.verify_text("passed: true", signature, public)
    refused = [
        ("passed: True", signature, public),
        ("passed: true ", signature, public),
        ("passed: true", signature, other),
        ("passed: true", signing.sign_text("passed: true", other_private), public),
        ("passed: true", signature[:-8] + "AAAAAAA=", public),
        ("passed: true", "", public),
        ("passed: true", "no base 64", public),
        ("passed: true", signature, private),
        ("passed: true", signature, tmp_path / "nowhere.pub"),
    ]
    for text, found, key in refused:
        with pytest.raises(signing.SignatureError):
            signing.verify_text(text, found, key)


def test_without_a_private_key_nothing_is_signed(tmp_path: Path) -> None:
    _, public = signing.make_keys(tmp_path)
    for key in (public, tmp_path / "nowhere.key"):
        with pytest.raises(signing.SignatureError, match="no private key"):
            signing.sign_text("passed: true", key)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    private, public = tmp_path / "ed.key", tmp_path / "ed.pub"
    pem = serialization.Encoding.PEM
    private.write_bytes(secret.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    public.write_bytes(
        secret.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(signing.SignatureError, match="of another kind"):
        signing.sign_text("passed: true", private)
    with pytest.raises(signing.SignatureError, match="of another kind"):
        signing.verify_text("passed: true", "AAAA", public)


def test_a_private_key_is_its_owners_and_is_never_overwritten(tmp_path: Path) -> None:
    private, _ = signing.make_keys(tmp_path)
    before = private.read_bytes()
    if os.name == "posix":
        assert private.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        signing.make_keys(tmp_path)
    assert private.read_bytes() == before


def test_the_fingerprint_is_that_of_names_and_contents(signed: tuple[Path, Path]) -> None:
    model, _ = signed
    before = folders.digest(model)
    (model / "weights.txt").rename(model / "other.txt")
    assert folders.digest(model) != before
    (model / "other.txt").rename(model / "weights.txt")
    (model / "model.sig").unlink()
    assert folders.digest(model) == before
    with pytest.raises(ValueError, match="no model in nowhere"):
        folders.digest(Path("nowhere"))


class Runs:
    """Would run a command where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("true",)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def array_of_objects() -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([Runs()], dtype=object), allow_pickle=True)
    return file.getvalue()


EVIL = pickle.dumps(Runs())
FITTED = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
HARMFUL = {
    "model.pkl": (EVIL, "imports posix.system" if os.name == "posix" else "imports"),
    "other_name.txt": (EVIL, "system"),
    "old.dat": (pickle.dumps(Runs(), protocol=0), "system"),
    "instance.dat": (b"(S'true'\nios\nsystem\n.", "os.system"),
    "cut.dat": (b"cos\nsystem\n(S'true'\ntR", "os.system"),
    "sklearn.bin": (pickle.dumps(FITTED), "sklearn"),
    "plain.pickle": (pickle.dumps([1, 2]), "by its name"),
    "weights.npz": (zipped(a=EVIL), "a: a pickle"),
    "deep.zip": (zipped(inner=zipped(model=EVIL)), "inner: model: a pickle"),
    "deeper.zip": (zipped(a=zipped(b=zipped(c=zipped(d=EVIL)))), "too deep"),
    "both": (EVIL + zipped(a=b"data"), "system"),
    "array.npy": (array_of_objects(), "holds objects"),
    "packed.dat": (gzip.compress(EVIL), "compressed"),
    "model.skops": (skops.io.dumps(FunctionTransformer(os.path.join)), "unknown types"),
    "broken.skops": (zipped(**{"schema.json": b"{"}), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_code_that_would_run_is_found(tmp_path: Path, name: str) -> None:
    content, word = HARMFUL[name]
    (tmp_path / name).write_bytes(content)
    found = scan.scan(tmp_path)
    assert {finding.file for finding in found} == {name}
    assert word in "; ".join(map(str, found))


def test_plain_data_is_left_in_peace(tmp_path: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.arange(3.0))
    for name, content in {
        "conda.yaml": b"channels:\n- conda-forge\ndependencies:\n- python=3.12\n",
        "requirements.txt": b"click==8\ncolorama==0.4\n",
        "input_example.json": b'{"columns": ["a"], "data": [[1]]}',
        "a.npy": array.getvalue(),
        "model.skops": skops.io.dumps(FITTED),
        "data.zip": zipped(a=b"1,2,3"),
    }.items():
        (tmp_path / name).write_bytes(content)
    assert scan.scan(tmp_path) == []


def test_a_type_trusted_by_name_is_no_finding(tmp_path: Path) -> None:
    content = HARMFUL["model.skops"][0]
    (tmp_path / "model.skops").write_bytes(content)
    names = tuple(skops.io.get_untrusted_types(data=content))
    assert scan.scan(tmp_path, names) == []
    assert len(scan.scan(tmp_path, names[1:])) == 1


def test_the_parts_list_names_what_is_installed() -> None:
    made = json.loads(parts.parts_list("churn", "3"))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert made["metadata"]["component"]["name"] == "churn"
    versions = {part["name"]: part["version"] for part in made["components"]}
    assert versions["scikit-learn"] == version("scikit-learn")
    assert versions == parts.installed()
    urls = {part["purl"] for part in made["components"]}
    assert f"pkg:pypi/skops@{version('skops')}" in urls


def test_the_parts_list_of_a_model_names_what_it_pins(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("Scikit_Learn==1.9.1\n\nskops==0.16.0\n")
    found = parts.pinned(tmp_path)
    assert found == {"scikit-learn": "1.9.1", "skops": "0.16.0"}
    made = json.loads(parts.parts_list("churn", "3", found))
    assert [part["purl"] for part in made["components"]] == [
        "pkg:pypi/scikit-learn@1.9.1",
        "pkg:pypi/skops@0.16.0",
    ]


@pytest.mark.parametrize(
    "line",
    ["skops", "skops>=0.16", "skops==0.*", "skops==0.16,>0.1", "skops @ https://a.example/x.whl",
     "--extra-index-url https://a.example", "./local"],
)  # fmt: skip
def test_a_requirement_that_says_no_version_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"numpy==2.5.5\n{line}\n")
    with pytest.raises(ValueError, match=r"not pinned to one version|no package"):
        parts.pinned(tmp_path)


def test_a_model_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"has no requirements\.txt"):
        parts.pinned(tmp_path)
