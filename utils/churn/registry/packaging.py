"""A model as the telco ships it: a folder with everything needed to serve it, and no pickle in it.

    parity = package(model, examples, folder, threshold=0.24)
    scores = scorer(folder)(X)

The folder is an MLflow model made from code: the scikit-learn model as a skops file, its ONNX twin
beside it, signature, input example and pinned packages.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal, NamedTuple
from unittest import mock

import mlflow.pyfunc
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.models import Model, infer_signature
from mlflow.models import ModelSignature as InferredSignature
from numpy.typing import NDArray
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.pipeline import Pipeline

from churn import features, schema
from churn.lean_imports import without
from churn.registry import folders
from churn.registry.gates.evidence import Evidence, ModelSignature, Scorer

with without("torch", "dask"):
    import skops.io

Engine = Literal["sklearn", "onnx"]

#: Types that skops does not know and the telco's models need.
TRUSTED = (
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)
#: What a served model imports; with these come the packages that they need.
IMPORTED = ("mlflow", "numpy", "onnxruntime", "pandas", "scikit-learn", "skops")
#: The largest difference between a score and its twin's: numbers of 32 bits.
PARITY = 1e-5
_CODE = Path(__file__).with_name("served_model.py")
#: MLflow compares what a model pins with what is installed, which is where the pins were read from. For
#: that it reads the files of every installed package: two thirds of what packaging takes in a new process.
_COMPARES_PINS = "mlflow.utils.environment.warn_dependency_requirement_mismatches"
_KINDS = {"object": StringTensorType, "int64": Int64TensorType, "float64": FloatTensorType}


class PackagingError(ValueError):
    """A model cannot be shipped as it is."""


class Parity(NamedTuple):
    """How far the ONNX twin is from the model, in scores, over so many customers."""

    largest: float
    customers: int


def package(model: Pipeline, examples: pd.DataFrame, folder: Path, threshold: float) -> Parity:
    """Write a fitted model of the telco into a new folder.

    Args:
        model: takes the 19 feature columns, made by :func:`churn.training.make_model`.
        examples: customers, with the columns of :mod:`churn.schema`, on whom the twins are compared;
            the first two are the input example.
        folder: must not exist.
        threshold: default of the parameter ``threshold``.

    Returns:
        The measured parity.

    Raises:
        PackagingError: if the folder exists, the model holds types that nobody trusts, or there is
            no ONNX twin with the same scores. Nothing is left behind then.
    """
    if folder.exists():
        raise PackagingError(f"{folder.name} is already there: a package is never changed")
    if not 0 <= threshold <= 1:
        raise PackagingError(f"threshold must lie between 0 and 1, not {threshold}")
    X = features.features(examples).reset_index(drop=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=".packaging-") as scratch,
        _without_hints(),
    ):
        made = Path(scratch)
        artifacts = _write_twins(model, made)
        config = {"engine": "sklearn", "threshold": threshold, "trusted": list(TRUSTED)}
        p = np.asarray(model.predict_proba(X)[:, 1], dtype=float)
        answer = pd.DataFrame({"probability": p, "contact": p >= threshold})
        with mock.patch(_COMPARES_PINS):
            mlflow.pyfunc.save_model(
                str(made / "model"),
                python_model=str(_CODE),
                artifacts=artifacts,
                signature=_signature(X, answer, threshold),
                input_example=X.head(2),
                pip_requirements=pinned(*IMPORTED),
                model_config=config,
            )
        shipped, twin = (scorer(made / "model", engine)(X) for engine in ("sklearn", "onnx"))
        if not np.allclose(shipped, p, rtol=0, atol=1e-12):
            raise PackagingError("the skops file gives other scores than the model")
        parity = Parity(float(np.abs(twin - p).max()), len(X))
        if not parity.largest <= PARITY:
            raise PackagingError(
                f"the ONNX twin's scores differ by up to {parity.largest:.2g}, more than {PARITY:g}"
                f"{_why_other(model)}"
            )
        (made / "model").rename(folder)
    return parity


@contextmanager
def _without_hints() -> Iterator[None]:
    """Without MLflow's remarks on each package, which all have an answer here.

    Whole numbers cannot be missing: ``_signature`` looks at customers of whom something is. The input
    example is tried: so it should be. pip is not installed: ``pinned`` names the packages.

    Here and not where a package is wanted: MLflow sets its loggers anew when it is first imported.
    """
    log = logging.getLogger("mlflow")
    level = log.level
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*integer column")
        log.setLevel(max(level, logging.ERROR))
        try:
            yield
        finally:
            log.setLevel(level)


def _why_other(model: Pipeline) -> str:
    """Why a twin has other scores, where that is known: for a set of categories skl2onnx has no node."""
    stages = getattr(model.steps[-1][1], "_predictors", [])
    nodes = [tree.nodes for stage in stages for tree in stage]
    by_category = sum(int(one["is_categorical"].sum()) for one in nodes)
    if not by_category:
        return ""
    splits = sum(int((one["is_leaf"] == 0).sum()) for one in nodes)
    return (
        f": {by_category} of {splits} splits are by category, and the converter writes a set of "
        "categories as if it were a number; train it with categorical_features=None"
    )


def scorer(folder: Path, engine: Engine = "sklearn", public_key: Path | None = None) -> Scorer:
    """The probabilities of a packaged model, by one of its twins.

    Loading runs Python of the model. With a key, its signature is verified before; without one, the
    caller answers for the files. What is installed here is not compared with the packages that the
    folder pins, which takes longer than everything else: who serves a model installs them.

    Raises:
        SignatureError: if there is a key, and the files are not as its owner signed them.
    """
    if public_key is not None:
        _verify(folder, public_key)
    model = mlflow.pyfunc.load_model(
        str(folder), suppress_warnings=True, model_config={"engine": engine}
    )

    def score(X: pd.DataFrame) -> NDArray[np.float64]:
        return np.asarray(model.predict(X)["probability"], dtype=float)

    return score


def evidence_of(
    folder: Path,
    public_key: Path,
    *,
    table: pd.DataFrame | None,
    champion: Scorer | None,
    champion_version: str | None = None,
    lineage: Mapping[str, str],
    engine: Engine = "sklearn",
) -> Evidence:
    """What a gate looks at, of a packaged model; the parts are those of :class:`Evidence`.

    Nothing of the folder is run or believed before its signature is verified. A model that is
    changed, unsigned or unreadable raises nothing here: the criteria that ask for it refuse it,
    each with the reason.
    """

    @cache
    def loaded() -> Scorer:
        return scorer(folder, engine, public_key)

    def signature() -> ModelSignature:
        _verify(folder, public_key)
        return signature_of(folder)

    return Evidence(
        table=table, candidate=lambda X: loaded()(X), champion=champion,
        champion_version=champion_version, signature=signature, folder=folder,
        public_key=public_key, lineage=lineage,
    )  # fmt: skip


def _verify(folder: Path, public_key: Path) -> None:
    # Here, because it loads cryptography that packaging does not need.
    from churn.registry.supply_chain import signing

    signing.verify(folder, public_key)


def default_threshold(folder: Path) -> float:
    """From which probability on a packaged model would contact a customer, unless told otherwise."""
    return float(Model.load(str(folder)).flavors["python_function"]["config"]["threshold"])


def signature_of(folder: Path) -> ModelSignature:
    """What the model in a folder says of its input.

    Raises:
        PackagingError: if it says nothing.
    """
    signature = Model.load(str(folder)).signature
    if signature is None or signature.inputs is None:
        raise PackagingError(f"the model in {folder.name} has no signature")
    inputs = {column["name"]: str(column["type"]) for column in signature.inputs.to_dict()}
    params = signature.params.to_dict() if signature.params else []
    return ModelSignature(inputs, tuple(param["name"] for param in params))


def register(
    client: MlflowClient, name: str, folder: Path, run_id: str, lineage: Mapping[str, str]
) -> str:
    """Log a packaged model to its run, and register it as the next version of ``name``.

    The files' fingerprint and the lineage become tags of the version.

    Returns:
        The version.
    """
    digest = folders.digest(folder)
    client.log_artifacts(run_id, str(folder), "package")
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    source = f"{client.get_run(run_id).info.artifact_uri}/package"
    tags = {**lineage, "run_id": run_id, "digest": digest}
    return str(client.create_model_version(name, source, run_id, tags=tags).version)


def pinned(*roots: str) -> list[str]:
    """The installed packages that ``roots`` need, themselves included, each with its version."""
    return list(_pinned(roots))


@cache
def _pinned(roots: tuple[str, ...]) -> tuple[str, ...]:
    # What is installed does not change while this process runs.
    found: dict[str, str] = {}
    waiting = [Requirement(root) for root in roots]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            if one.name in roots:
                raise
            continue  # left out of this environment on purpose
        needed = (Requirement(line) for line in requires(name) or [])
        waiting += [new for new in needed if not new.marker or new.marker.evaluate({"extra": ""})]
    return tuple(f"{name}=={found[name]}" for name in sorted(found))


def _signature(X: pd.DataFrame, answer: pd.DataFrame, threshold: float) -> InferredSignature:
    """Types, and whether a value may be missing: for that a few customers do, which is fast."""
    some = X.isna().any(axis=1) | (X.index < 100)
    return infer_signature(X[some], answer[some], params={"threshold": threshold})


def _write_twins(model: Pipeline, folder: Path) -> dict[str, str]:
    """The model as ``model.skops`` and ``model.onnx``; their paths by their kind."""
    paths = {"skops": folder / "model.skops", "onnx": folder / "model.onnx"}
    skops.io.dump(model, paths["skops"])
    unknown = set(skops.io.get_untrusted_types(file=paths["skops"])) - set(TRUSTED)
    if unknown:
        raise PackagingError(f"the model holds types that nobody trusts: {sorted(unknown)[0]}")
    kinds = [(name, _KINDS[schema.dtypes()[name]]([None, 1])) for name in schema.FEATURES]
    try:
        with warnings.catch_warnings():
            # skl2onnx hands protobuf booleans for whole numbers.
            warnings.filterwarnings("ignore", ".*Expected an int, got a boolean")
            twin = to_onnx(model, initial_types=kinds, options={id(model): {"zipmap": False}})
    # Each converter raises its own kind.
    except Exception as error:
        last = type(model.steps[-1][1]).__name__
        raise PackagingError(
            f"this {last} cannot be converted: there is no ONNX twin{_why_other(model)}"
        ) from error
    paths["onnx"].write_bytes(twin.SerializeToString())
    return {kind: str(path) for kind, path in paths.items()}
