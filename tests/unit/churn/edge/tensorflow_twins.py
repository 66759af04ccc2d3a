"""A logistic regression as a file of LiteRT and as one of TensorFlow.js, made in TensorFlow's own environment.

    PYTHON_OF_TENSORFLOW tensorflow_twins.py REQUEST.json FOLDER

The request holds ``X`` (rows of prepared features), ``weights`` and ``bias``. The folder gets
``model.tflite``, ``web/`` for TensorFlow.js, and ``scores.json``: what LiteRT's interpreter makes of ``X``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflowjs as tfjs
import tf_keras  # TensorFlow.js 4.22 reads what this version of Keras writes
from ai_edge_litert.interpreter import Interpreter


def main(request: Path, folder: Path) -> None:
    asked = json.loads(request.read_text(encoding="utf-8"))
    X = np.array(asked["X"], dtype=np.float32)
    dense = tf_keras.layers.Dense(1, activation="sigmoid")
    model = tf_keras.Sequential([tf_keras.Input((X.shape[1],)), dense])
    model.set_weights([np.array(asked["weights"])[:, None], np.array([asked["bias"]])])
    made = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    (folder / "model.tflite").write_bytes(made)
    tfjs.converters.save_keras_model(model, str(folder / "web"))
    scores = by_litert(folder / "model.tflite", X).tolist()
    (folder / "scores.json").write_text(json.dumps(scores), encoding="utf-8")


def by_litert(file: Path, X: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(model_path=str(file))
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(taken["index"], X.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], X)
    interpreter.invoke()
    scores: np.ndarray = interpreter.get_tensor(given["index"])[:, 0]
    return scores


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
