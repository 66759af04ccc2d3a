"""What several tests of the telco read and none of them changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from churn import data, features, training
from churn.simulator import History, Scenario, simulate_history

if TYPE_CHECKING:
    from churn.registry.packaging import Parity


@pytest.fixture(scope="session")
def tiny_history() -> History:
    """A small history for tests to which its content does not matter; do not write to it."""
    return simulate_history(
        Scenario(name="tiny", seed=3, customers=120, monthly_joins=10, months=3)
    )


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Do not write to it."""
    return data.load("synthetic", n=800, seed=5)


@pytest.fixture(scope="session")
def packaged(
    tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame
) -> tuple[Path, Parity]:
    """A logistic regression as it is shipped; do not write into its folder."""
    from churn.registry import packaging

    folder = tmp_path_factory.mktemp("packages") / "logistic"
    model = training.make_model("logistic").fit(*features.xy(customers))
    return folder, packaging.package(model, customers, folder, threshold=0.24)
