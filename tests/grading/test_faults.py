"""Whatever is wrong with a submission is its learner's own line, and nobody else's."""

import cases
import pytest
from fault_runner import Fault, faults
from trial_course import Trials

pytestmark = [
    pytest.mark.needs("sandbox"),
    # What nbformat says while it mends what `duplicate_cell_ids` hands in.
    pytest.mark.filterwarnings("ignore:Non-unique cell id:FutureWarning:nbformat\\."),
]


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return cases.try_all(faults(), "forked", tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_a_fault_has_the_outcome_that_its_file_says(trials: Trials, fault: Fault) -> None:
    trial = trials.each[fault.name]
    assert fault.surprises(trial) == [], f"{fault.summary}\n{trial.outcome}"


def test_nobody_else_is_touched(trials: Trials) -> None:
    assert trials.damage == ()


def test_each_fault_says_what_is_wrong() -> None:
    found = faults()
    assert len(found) >= 25
    for fault in found:
        assert fault.summary.endswith("."), fault.name
