from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.registry import packaging
from churn.scoring import engines


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame) -> Path:
    file = tmp_path_factory.mktemp("base") / "base.parquet"
    customers.to_parquet(file)
    return file


@pytest.mark.parametrize("engine", ["pandas", "onnx", "polars"])
def test_engines_agree(
    engine: engines.Engine,
    base: Path,
    packaged: tuple[Path, packaging.Parity],
    customers: pd.DataFrame,
) -> None:
    model, _ = packaged
    pieces = list(engines.score(engine, model, base, piece=300))
    found = pd.concat(pieces, ignore_index=True)
    assert found["customerID"].tolist() == customers["customerID"].tolist()
    expected = np.asarray(packaging.scorer(model)(customers))
    np.testing.assert_allclose(found["probability"], expected, atol=packaging.PARITY)
    assert (found["contact"] == (found["probability"] >= 0.24)).all()
    assert (len(pieces) > 1) == (engine == "polars")


def test_another_threshold(base: Path, packaged: tuple[Path, packaging.Parity]) -> None:
    (found,) = engines.score("onnx", packaged[0], base, threshold=0.5)
    assert (found["contact"] == (found["probability"] >= 0.5)).all()


def test_what_is_refused(
    tmp_path: Path, base: Path, packaged: tuple[Path, packaging.Parity]
) -> None:
    with pytest.raises(ValueError, match="choose pandas"):
        next(engines.score("abacus", packaged[0], base))  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError, match="no base"):
        next(engines.score("onnx", packaged[0], tmp_path / "nothing"))
    with pytest.raises(ValueError, match="needs a session"):
        next(engines.score("spark", packaged[0], base))


def test_scores_that_a_worker_wrote_elsewhere_are_missed(tmp_path: Path) -> None:
    made = tmp_path / "scores"
    (made / "_temporary").mkdir(parents=True)
    with pytest.raises(
        engines.MissingScoresError, match=r"0 scores for 3 customers .* same folder"
    ):
        next(engines._read_back(made, 3, 10))
    part = pd.DataFrame({"contact": False, "probability": 0.1, "customerID": ["a", "b"]})
    part.to_parquet(made / "part-0.parquet")
    with pytest.raises(engines.MissingScoresError, match="2 scores for 3 customers"):
        next(engines._read_back(made, 3, 10))
    part.tail(1).assign(customerID="c").to_parquet(made / "part-1.parquet")
    pieces = list(engines._read_back(made, 3, 10))
    assert sorted(pd.concat(pieces)["customerID"]) == ["a", "b", "c"]
    assert [list(piece) for piece in pieces] == [list(engines.COLUMNS)] * 2
