"""What the telco's service is started with: signed models, keys, settings, and the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from churn import features, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.serving.access import fingerprint

THRESHOLD = 0.245


def service_files(
    folder: Path,
    customers: pd.DataFrame,
    versions: Mapping[str, int],
    clients: Mapping[str, str],
    settings: Mapping[str, Any],
) -> list[str]:
    """Fit and sign the models, and write all files into ``folder``.

    Args:
        folder: gets ``models``, the first version being champion, both keys of the signature,
            ``keys.json`` and ``settings.json``; the service adds its journal and its database.
        customers: with the columns of :mod:`churn.schema`.
        versions: of how many of the customers each version of the model learned, the first so many.
        clients: names and API keys.
        settings: see :class:`churn.serving.Settings`.

    Returns:
        What to put after ``python -m churn.serving``.
    """
    private, public = signing.make_keys(folder)
    for version, rows in versions.items():
        model = training.make_model("logistic").fit(*features.xy(customers.head(rows)))
        packaging.package(model, customers, folder / "models" / version, threshold=THRESHOLD)
        signing.sign(folder / "models" / version, private)
    (folder / "models" / "champion").write_text(next(iter(versions)))
    hashes = {client: fingerprint(key) for client, key in clients.items()}
    (folder / "keys.json").write_text(json.dumps(hashes))
    (folder / "settings.json").write_text(json.dumps(dict(settings)))
    return [
        *("--models", str(folder / "models"), "--public-key", str(public)),
        *("--keys", str(folder / "keys.json"), "--settings", str(folder / "settings.json")),
        *("--journal", str(folder / "journal")),
        *("--evaluation-store", f"sqlite:///{folder / 'evaluation.db'}"),
    ]
