"""What several tests of the telco read and none of them changes."""

import pytest

from churn.simulator import History, Scenario, simulate_history


@pytest.fixture(scope="session")
def tiny_history() -> History:
    """A small history for tests to which its content does not matter; do not write to it."""
    return simulate_history(
        Scenario(name="tiny", seed=3, customers=120, monthly_joins=10, months=3)
    )
