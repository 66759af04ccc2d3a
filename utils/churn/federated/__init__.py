"""One model from customers who may not be brought together: each region trains, weights are averaged."""

from churn.federated.averaging import (
    RATE,
    SCALES,
    Region,
    design,
    fedavg,
    local_steps,
    names,
    scores,
)
from churn.federated.regions import REGIONS, draw_regions

__all__ = [
    "RATE",
    "REGIONS",
    "SCALES",
    "Region",
    "design",
    "draw_regions",
    "fedavg",
    "local_steps",
    "names",
    "scores",
]
