"""No cheat gets points for what it did not solve, touches anybody else, or leaves anything behind."""

import os
from collections.abc import Iterator

import arena as arenas
import pytest
from arena import FULL, LAB, Arena
from attack_runner import Attack, attacks, forged_points

pytestmark = pytest.mark.skipif(
    not os.environ.get("COURSE_ATTACKS"), reason="takes some ten minutes: `make attacks`"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with arenas.arena(tmp_path_factory.mktemp("attacks"), arenas.trusted) as made:
        yield made


@pytest.mark.parametrize("attack", attacks(), ids=str)
def test_an_attack_gets_nothing(place: Arena, attack: Attack) -> None:
    trial = attack.run(place)
    assert forged_points(attack, trial)[0] == 0, f"{attack.mechanism}\n{trial}"
    assert trial.damage == (), attack.mechanism


def test_each_attack_says_how_it_cheats() -> None:
    found = attacks()
    assert len(found) >= 30
    for attack in found:
        assert attack.mechanism.endswith("."), attack.name
        assert "\n" not in attack.mechanism, attack.name


def test_the_honest_get_their_points(place: Arena) -> None:
    assert sum(place.honest["ada"].values()) == FULL
    assert sum(place.honest["hedy"].values()) == 0


def test_an_attack_that_works_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same checks on the engine that does not protect: they can fail."""
    wanted = {"ast_transformer", "overwrites_course", "network_exfiltration", "reads_gradebook"}
    trials = {}
    with arenas.arena(tmp_path_factory.mktemp("stock"), arenas.stock) as place:
        for attack in attacks():
            if attack.name in wanted:
                trials[attack.name] = attack.run(place)
                path = place.course.submitted("hedy", LAB) / f"{LAB}.ipynb"
                if path.read_text() == "{}":
                    path.write_text("[]")
    assert sum(trials.pop("ast_transformer").points.values()) == FULL
    assert (
        trials["overwrites_course"].damage[0].endswith("hedy/lab99_tiny/lab99_tiny.ipynb changed")
    )
    assert any("network" in text for text in trials["network_exfiltration"].damage)
    assert any("HIDDEN TESTS printed" in text for text in trials["reads_gradebook"].damage)
