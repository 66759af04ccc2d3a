"""A package holds everything to serve a model, both engines agree, and nothing in it is a pickle."""

import logging
import shutil
import warnings
from importlib.metadata import version
from pathlib import Path

import mlflow.pyfunc
import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from candidates import CONFIG, LINEAGE, later_table
from churn import features, training
from churn.registry import packaging
from churn.registry.gates import Evidence, decide
from churn.registry.supply_chain import signing
from churn.registry.supply_chain.scan import scan
from churn.training.tracking import configured

Packaged = tuple[Path, packaging.Parity]


def test_both_engines_give_the_scores_of_the_model(
    packaged: Packaged, customers: pd.DataFrame
) -> None:
    folder, parity = packaged
    X, y = features.xy(customers)
    p = training.make_model("logistic").fit(X, y).predict_proba(X)[:, 1]
    assert np.abs(packaging.scorer(folder, "sklearn")(X) - p).max() < 1e-12
    twin = np.abs(packaging.scorer(folder, "onnx")(X) - p).max()
    assert twin == pytest.approx(parity.largest)
    assert 0 < parity.largest <= packaging.PARITY
    assert parity.customers == len(X)


@pytest.mark.parametrize("engine", ["sklearn", "onnx"])
def test_the_threshold_is_a_parameter(
    packaged: Packaged, customers: pd.DataFrame, engine: str
) -> None:
    model = mlflow.pyfunc.load_model(str(packaged[0]), model_config={"engine": engine})
    X = features.features(customers)
    for threshold, params in ((0.24, None), (0.6, {"threshold": 0.6})):
        answer = model.predict(X, params=params)
        assert answer["contact"].tolist() == (answer["probability"] >= threshold).tolist()
        assert answer["contact"].nunique() == 2
    with pytest.raises(ValueError, match="between 0 and 1"):
        model.predict(X, params={"threshold": 1.5})


def test_a_new_customers_blank_total_is_nothing_billed(
    packaged: Packaged, customers: pd.DataFrame
) -> None:
    X = features.features(customers).head(3)
    score = packaging.scorer(packaged[0])
    blank, billed = (score(X.assign(TotalCharges=total)) for total in (np.nan, 0.0))
    assert np.array_equal(blank, billed)


def test_a_column_that_is_missing_is_refused(packaged: Packaged, customers: pd.DataFrame) -> None:
    X = features.features(customers).drop(columns="tenure")
    with pytest.raises(MlflowException, match="tenure"):
        packaging.scorer(packaged[0])(X)


def test_the_folder_says_what_it_needs_and_holds_no_pickle(packaged: Packaged) -> None:
    folder, _ = packaged
    assert scan(folder, packaging.TRUSTED) == []
    names = {path.name for path in folder.rglob("*")}
    assert {"model.skops", "model.onnx", "input_example.json", "served_model.py"} <= names
    lines = (folder / "requirements.txt").read_text().split()
    assert f"skops=={version('skops')}" in lines
    assert f"scipy=={version('scipy')}" in lines  # what scikit-learn needs
    assert all("==" in line for line in lines)
    signature = packaging.signature_of(folder)
    assert (signature.inputs["tenure"], signature.params) == ("long", ("threshold",))


def test_packaging_says_nothing_and_leaves_mlflows_loggers_as_they_were(
    tmp_path: Path, customers: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("mlflow").setLevel(logging.INFO)
    model = training.make_model("logistic").fit(*features.xy(customers))
    with warnings.catch_warnings(record=True) as said:
        warnings.filterwarnings("always", message=".*integer column")
        packaging.package(model, customers, tmp_path / "logistic", 0.24)
    assert not said
    assert capsys.readouterr() == ("", "")
    assert logging.getLogger("mlflow").level == logging.INFO


def test_a_twin_with_other_scores_is_not_shipped(
    tmp_path: Path, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaging, "PARITY", 1e-12)
    model = training.make_model("logistic").fit(*features.xy(customers))
    with pytest.raises(
        packaging.PackagingError, match=r"the ONNX twin's scores differ by up to [^:]*$"
    ):
        packaging.package(model, customers, tmp_path / "logistic", 0.24)
    assert list(tmp_path.iterdir()) == []


def test_boosting_is_shipped_if_it_does_not_split_by_category(
    tmp_path: Path, customers: pd.DataFrame
) -> None:
    # skl2onnx has no node for a set of categories.
    few = {"max_iter": 20}
    by_category, by_code = (
        configured("boosting", settings={**few, **more}).fit(*features.xy(customers))
        for more in ({}, {"categorical_features": None})
    )
    with pytest.raises(
        packaging.PackagingError, match="ONNX twin's scores differ by up to"
    ) as refused:
        packaging.package(by_category, customers, tmp_path / "by_category", 0.24)
    trees = [tree.nodes for stage in by_category[-1]._predictors for tree in stage]
    sets = sum(tree["is_categorical"].sum() for tree in trees)
    assert (
        f": {sets} of {sum((tree['is_leaf'] == 0).sum() for tree in trees)} splits are by category"
        in str(refused.value)
    )
    assert "train it with categorical_features=None" in str(refused.value)
    assert list(tmp_path.iterdir()) == []
    parity = packaging.package(by_code, customers, tmp_path / "by_code", 0.24)
    assert parity.largest <= packaging.PARITY
    strange = features.features(customers).assign(PaymentMethod="by pigeon")
    ours = by_code.predict_proba(strange)[:, 1]
    for engine in ("sklearn", "onnx"):
        assert packaging.scorer(tmp_path / "by_code", engine)(strange) == pytest.approx(
            ours, abs=1e-5
        )


def test_a_model_without_a_twin_is_not_shipped(
    tmp_path: Path, customers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise RuntimeError("no converter")

    monkeypatch.setattr(packaging, "to_onnx", unknown)
    model = training.make_model("logistic").fit(*features.xy(customers))
    with pytest.raises(
        packaging.PackagingError, match=r"cannot be converted: there is no ONNX twin$"
    ):
        packaging.package(model, customers, tmp_path / "logistic", 0.24)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_trusts_is_not_shipped(tmp_path: Path, customers: pd.DataFrame) -> None:
    odd = make_pipeline(FunctionTransformer(Path), training.make_model("logistic"))
    with pytest.raises(packaging.PackagingError, match="nobody trusts"):
        packaging._write_twins(odd, tmp_path)


def test_a_package_is_never_overwritten(packaged: Packaged, customers: pd.DataFrame) -> None:
    with pytest.raises(packaging.PackagingError, match="already there"):
        packaging.package(training.make_model("dummy"), customers, packaged[0], 0.24)


@pytest.mark.parametrize("threshold", [float("nan"), -0.1, 1.1])
def test_a_threshold_is_a_share(tmp_path: Path, customers: pd.DataFrame, threshold: float) -> None:
    with pytest.raises(packaging.PackagingError, match="between 0 and 1"):
        packaging.package(training.make_model("dummy"), customers, tmp_path / "m", threshold)


def test_an_unknown_engine_is_refused(packaged: Packaged) -> None:
    with pytest.raises(ValueError, match="unknown engine 'tensorflow'"):
        mlflow.pyfunc.load_model(str(packaged[0]), model_config={"engine": "tensorflow"})


@pytest.fixture
def signed(packaged: Packaged, tmp_path: Path) -> tuple[Path, Path]:
    """A signed package of its own, and the public key."""
    folder = tmp_path / "model"
    shutil.copytree(packaged[0], folder)
    (tmp_path / "keys").mkdir()
    private, public = signing.make_keys(tmp_path / "keys")
    signing.sign(folder, private)
    return folder, public


def test_a_tampered_package_is_not_run(
    signed: tuple[Path, Path], customers: pd.DataFrame, tmp_path: Path
) -> None:
    folder, public = signed
    X = features.features(customers).head(3)
    assert np.shape(packaging.scorer(folder, public_key=public)(X)) == (3,)
    ran = tmp_path / "it ran"
    code = folder / "served_model.py"
    code.write_text(code.read_text() + f"open({str(ran)!r}, 'w').close()\n")
    with pytest.raises(signing.SignatureError, match="does not fit the model"):
        packaging.scorer(folder, public_key=public)
    assert not decide(evidence(folder, public), CONFIG).passed
    assert not ran.exists()
    packaging.scorer(folder)  # who gives no key answers for the files
    assert ran.exists()


def evidence(folder: Path, public: Path) -> Evidence:
    return packaging.evidence_of(
        folder, public, table=later_table(), champion=training.baseline_rule, lineage=LINEAGE
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [("flavors: {", "ParserError: "), ("flavors: {}", "MlflowException: "), ("", "")],
)
def test_a_model_that_cannot_be_read_is_a_refusal_and_no_error(
    signed: tuple[Path, Path], text: str, word: str
) -> None:
    folder, public = signed
    (folder / "MLmodel").write_text(text)
    signing.sign(folder, public.with_name(signing.PRIVATE_KEY))
    said = {v.name: v for v in decide(evidence(folder, public), CONFIG).verdicts}
    assert said["files_signed"].passed
    for name in ("quality", "calibration", "latency", "signature"):
        assert not said[name].passed
        assert said[name].reason.startswith("it could not be asked: ")
        assert "\n" not in said[name].reason
    assert word in said["quality"].reason


def test_a_packaged_model_passes_the_gate(signed: tuple[Path, Path]) -> None:
    assert decide(evidence(*signed), CONFIG).refusals == []
