"""One model from customers that may not be brought together: each region trains, weights are averaged."""

from churn.federated.averaging import Region, design, fedavg, local_steps, names, scores
from churn.federated.regions import REGIONS, draw_regions

__all__ = [
    "REGIONS",
    "Region",
    "design",
    "draw_regions",
    "fedavg",
    "local_steps",
    "names",
    "scores",
]
