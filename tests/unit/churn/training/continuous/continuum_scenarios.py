"""Continuum's three kinds of stream over the telco's regions, run in Continuum's own environment.

    PYTHON_OF_CONTINUUM continuum_scenarios.py REQUEST.npz ANSWER.json

The request holds ``X`` (its first column numbers the rows), ``y`` (0 or 1), ``t`` (the region's number)
and ``predictions`` (one row of them after each region). The answer holds, by kind of stream, the rows of
each task in the order in which they come; and Continuum's figures about the predictions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from continuum import ClassIncremental, ContinualScenario, InstanceIncremental
from continuum.datasets import InMemoryDataset
from continuum.metrics import metrics
from continuum.tasks import TaskType


def main(request: Path, answer: Path) -> None:
    asked = np.load(request)
    X, y, t = (asked[name] for name in ("X", "y", "t"))
    customers = InMemoryDataset(X, y, t, data_type=TaskType.TENSOR)
    streams = {
        "domain": ContinualScenario(customers),
        "class": ClassIncremental(customers, increment=1),
        "instance": InstanceIncremental(customers, nb_tasks=5),
    }
    steps = len(asked["predictions"])
    seen = asked["predictions"], [y] * steps, [t] * steps
    found = {
        "tasks": {
            kind: [task.get_raw_samples()[0][:, 0].astype(int).tolist() for task in stream]
            for kind, stream in streams.items()
        },
        "right": [
            [metrics.accuracy(p[t == region], y[t == region]) for region in range(steps)]
            for p in asked["predictions"]
        ],
        "forgetting": metrics.forgetting(*seen),
    }
    answer.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
