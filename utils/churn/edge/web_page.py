"""A static page that scores a customer where it is opened, with ONNX Runtime for the browser.

    write_page(folder, model_bytes, threshold=0.24)

Any server of files can serve the folder. Nothing that is typed into the page leaves the browser.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from churn import schema

#: What the page gets from the server beside the model: markup, style and script.
_FILES = Path(__file__).with_name("page")
_KINDS = {"object": "string", "int64": "int64", "float64": "float32"}
#: What the form shows at first: a new customer with fiber who pays by the month.
_SHOWN = {
    "Contract": "Month-to-month",
    "InternetService": "Fiber optic",
    "MonthlyCharges": 70.0,
    "PhoneService": "Yes",
    "TotalCharges": 140.0,
    "tenure": 2,
}


def fields() -> list[dict[str, Any]]:
    """The features as the page's form asks for them, in the order of the table.

    Each has ``name``, ``kind`` (element type of the model's input), ``shown`` (what the form holds at
    first) and either ``allowed`` or ``low`` and, where there is one, ``high``.
    """
    kinds, found = schema.dtypes(), []
    for name in schema.FEATURES:
        field: dict[str, Any] = {"name": name, "kind": _KINDS[kinds[name]]}
        if name in schema.ALLOWED:
            field["allowed"] = list(schema.ALLOWED[name])
            field["shown"] = _SHOWN.get(name, field["allowed"][0])
        else:
            field["low"], field["shown"] = 0, _SHOWN[name]
            if name == "tenure":
                field["high"] = schema.MAX_TENURE
        found.append(field)
    return found


def write_page(folder: Path, model: bytes, threshold: float) -> None:
    """Write the page with its model into a folder, which is made.

    ONNX Runtime's own files (``ort.wasm.min.mjs``, ``ort-wasm-simd-threaded.mjs`` and ``.wasm``) are
    expected in ``runtime/`` below it; without them it says that the model
    could not be loaded.

    Args:
        folder: what stands there under the same names is replaced.
        model: an ONNX model with one input of shape (n, 1) per feature and ``probabilities`` of shape
            (n, 2) among its outputs.
        threshold: the probability from which on a customer is contacted.

    Raises:
        ValueError: if the threshold is no probability.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(_FILES.iterdir()):
        shutil.copyfile(file, folder / file.name)
    (folder / "model.onnx").write_bytes(model)
    settings = {"threshold": threshold, "fields": fields()}
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
