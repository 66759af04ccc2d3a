"""Whatever is wrong with a submission is its learner's own line, and nobody else's."""

import os
from collections.abc import Iterator

import arena as arenas
import pytest
from arena import Arena
from fault_runner import Fault, faults

pytestmark = pytest.mark.skipif(
    not os.environ.get("COURSE_ATTACKS"), reason="takes some ten minutes: `make attacks`"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arenas.arena(tmp_path_factory.mktemp("faults"), arenas.trusted) as made:
        yield made


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_a_fault_has_the_outcome_that_its_file_says(place: Arena, fault: Fault) -> None:
    trial = fault.run(place)
    assert fault.surprises(trial) == [], f"{fault.module.__doc__}\n{trial.outcome}"


def test_each_fault_says_what_is_wrong() -> None:
    found = faults()
    assert len(found) >= 25
    for fault in found:
        assert (fault.module.__doc__ or "").strip().endswith("."), fault.name
