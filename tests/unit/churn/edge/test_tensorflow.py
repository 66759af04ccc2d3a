"""LiteRT and TensorFlow.js score customers as scikit-learn does; the edge lesson names the figures."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from churn import data, training
from churn.features import xy
from coursekit import paths
from coursekit.authoring.notebooks import read
from coursekit.environment import known, npm_packages, tools
from coursekit.environment.doctor import locked_versions

pytestmark = pytest.mark.needs("tensorflow", "tensorflow.js")

HERE = Path(__file__).parent
LESSON = paths.course_root() / "modules/03_deployment_paradigms/10_edge.ipynb"
CUSTOMERS, APART = 5000, 3e-7


def run(folder: Path, *command: object) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False,
        env=known.environment({"KERAS_HOME": str(folder / "keras")}),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """The folder with both files, and scikit-learn's scores."""
    folder = tmp_path_factory.mktemp("twins")
    model = training.make_model("logistic").fit(*xy(data.load("synthetic", seed=0)))
    prepare, regression = model[0], model[-1]
    X, _ = xy(data.load("synthetic", n=CUSTOMERS, seed=11))
    request = {
        "X": prepare.transform(X).tolist(),
        "weights": regression.coef_[0].tolist(),
        "bias": float(regression.intercept_[0]),
    }
    (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
    run(folder, tools.require("tensorflow"), HERE / "tensorflow_twins.py", "request.json", folder)
    scores = model.predict_proba(X)[:, 1]
    assert np.ptp(scores) > 0.5  # so that equal scores mean something
    return folder, scores


def test_litert_scores_as_scikit_learn_does(made: tuple[Path, np.ndarray]) -> None:
    folder, scores = made
    found = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    np.testing.assert_allclose(found, scores, rtol=0, atol=APART)


def test_tensorflow_js_scores_as_scikit_learn_does(made: tuple[Path, np.ndarray]) -> None:
    folder, scores = made
    library = npm_packages.folder("@tensorflow/tfjs") / "tf.min.js"
    said = run(folder, "node", HERE / "tensorflow_score.cjs", library, "request.json", "web")
    np.testing.assert_allclose(json.loads(said), scores, rtol=0, atol=APART)


def test_the_lesson_names_what_was_found(made: tuple[Path, np.ndarray]) -> None:
    folder, _ = made
    (table,) = (cell.source for cell in read(LESSON).cells if cell.id == "others")
    locked = locked_versions(tools.lock("tensorflow", paths.course_root()))
    web = sum(file.stat().st_size for file in (folder / "web").iterdir())
    library = npm_packages.record("@tensorflow/tfjs")
    for said in (
        f"{CUSTOMERS:,} customers",
        f"{APART * 1e7:.0f} in ten million",
        f"{(folder / 'model.tflite').stat().st_size / 1000:.1f} kB",
        f"{web / 1000:.1f} kB",
        f"{library.sizes['dist/tf.min.js'] / 1e6:.1f} MB",
        f"TensorFlow.js {library.version}",
        f"`tensorflowjs` {locked['tensorflowjs']}",
        f"TensorFlow {locked['tensorflow']}",
        f"`ai-edge-litert` {locked['ai-edge-litert']}",
    ):
        assert said in table, said
