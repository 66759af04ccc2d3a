"""Continuous training: when to train again, on what, and what it costs.

``triggers`` says when, ``windows`` on what; ``replay`` lives through a history by a policy made of
both and keeps the books. ``freshness`` measures what newer data would have been worth, ``continual``
what a model that goes on learning has forgotten. ``interventions`` is a campaign whose own contacts
change the labels that it learns from. Nothing here knows the monitoring or the registry,
which stand above: a detector or a gate is handed in as a function.
"""

from churn.training.continuous.continual import average_accuracy, backward_transfer, forgetting
from churn.training.continuous.freshness import scores_by_age
from churn.training.continuous.interventions import RetrainedCampaign
from churn.training.continuous.replay import VOUCHER, Policy, Prices, Timeline, replay
from churn.training.continuous.triggers import Situation, surprise

__all__ = [
    "VOUCHER",
    "Policy",
    "Prices",
    "RetrainedCampaign",
    "Situation",
    "Timeline",
    "average_accuracy",
    "backward_transfer",
    "forgetting",
    "replay",
    "scores_by_age",
    "surprise",
]
