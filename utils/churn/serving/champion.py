"""A signed model as the service holds it: ONNX Runtime, a threshold, and a name.

    champion = load(folder, "7", public_key)
    p = champion.score([record])

The folder is that of :mod:`churn.registry.packaging`. MLflow, scikit-learn and pickle are not
needed to serve it, and not loaded; what verifies a signature is loaded by who verifies one.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
import yaml
from numpy.typing import NDArray

from churn import schema
from churn.registry import folders

Record = Mapping[str, Any]
_KINDS = {"tensor(string)": object, "tensor(int64)": np.int64, "tensor(float)": np.float32}
_WARM_UPS = 20


class ChampionError(ValueError):
    """The files of a model are not what this service can serve; with one sentence."""


class Score(Protocol):
    """Probabilities of leaving, of shape (n,), of n whole records."""

    def __call__(self, records: Sequence[Record], /) -> NDArray[np.float64]: ...


@dataclass(frozen=True)
class Champion:
    """What is asked for scores, and what is kept with them.

    Attributes:
        seconds: what one customer took when it was warm.
    """

    version: str
    digest: str
    threshold: float
    score: Score
    seconds: float


def load(folder: Path, version: str, public_key: Path) -> Champion:
    """Verify a model's folder, load it and warm it up.

    Nobody else may write to ``folder`` meanwhile: what is verified must be what is loaded.

    Raises:
        churn.registry.supply_chain.signing.SignatureError: if it is not signed with the key, or was
            changed.
        ChampionError: if its files are not those of a packaged model, or its scores are none.
    """
    from churn.registry.supply_chain import signing

    signing.verify(folder, public_key)
    return load_verified(folder, version)


def load_verified(folder: Path, version: str) -> Champion:
    """Load a model and warm it up, whose files somebody has verified and nobody changed since.

    Raises:
        ChampionError: as :func:`load` does.
    """
    try:
        flavor = yaml.safe_load((folder / "MLmodel").read_text(encoding="utf-8"))["flavors"]
        function = flavor["python_function"]
        threshold = float(function["config"]["threshold"])
        path = (folder / function["artifacts"]["onnx"]["path"]).resolve()
        example = json.loads((folder / "input_example.json").read_text(encoding="utf-8"))
        records = [dict(zip(example["columns"], row, strict=True)) for row in example["data"]]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ChampionError(f"version {version} is no packaged model: {error!r}") from error
    if not path.is_relative_to(folder.resolve()):
        raise ChampionError(f"version {version} names a file outside its folder")
    score = onnx_score(path)
    return Champion(version, folders.digest(folder), threshold, score, _warm(score, records))


def onnx_score(path: Path) -> Score:
    """The scores of an ONNX file that :mod:`churn.registry.packaging` made.

    Raises:
        ChampionError: if ONNX Runtime cannot load it, or it reads other columns.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(path, options)
    # ONNX Runtime's errors have no common type of their own.
    except Exception as error:
        raise ChampionError(f"ONNX Runtime cannot load the model: {error}") from error
    kinds = {node.name: _KINDS.get(node.type) for node in session.get_inputs()}
    if set(kinds) != set(schema.FEATURES) or None in kinds.values():
        raise ChampionError("the model does not read the 19 columns of the schema")
    wanted = [session.get_outputs()[1].name]
    # One array for all columns of a kind: to make one costs more than to fill it.
    alike = {kind: [name for name in kinds if kinds[name] is kind] for kind in kinds.values()}

    def score(records: Sequence[Record]) -> NDArray[np.float64]:
        feed: dict[str, NDArray[Any]] = {}
        for kind, names in alike.items():
            # A customer without a bill yet has been billed nothing.
            cells = [[0.0 if one[name] is None else one[name] for one in records] for name in names]
            array = np.array(cells, dtype=kind).reshape(len(names), len(records), 1)
            feed.update(zip(names, array, strict=True))
        probabilities = session.run(wanted, feed)[0]
        return np.asarray(probabilities[:, 1], dtype=float)

    return score


def _warm(score: Score, records: Sequence[Record]) -> float:
    """Seconds for one customer, after the first calls, which are slower."""
    times = []
    for _ in range(_WARM_UPS):
        start = time.perf_counter()
        first = score(records[:1])
        times.append(time.perf_counter() - start)
    if first.shape != (1,) or not 0 <= first[0] <= 1:
        raise ChampionError("the model's score of its own example is no probability")
    return statistics.median(times)
