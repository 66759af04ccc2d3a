"""No cheat gets points for what it did not solve, touches anybody else, or leaves anything behind."""

import os
from collections.abc import Iterable

import cases
import pytest
from attack_runner import Attack, attacks, forged_points
from trial_course import FULL, WORTH, Trials

pytestmark = pytest.mark.needs("sandbox")

#: Attacks that work where nothing protects, with what is then seen of each.
WORKS_ON_STOCK = {
    "ast_transformer": f"{FULL} of {FULL}",
    "overwrites_course": "hedy/lab99_tiny/lab99_tiny.ipynb changed",
    "network_exfiltration": "the network carried",
    "reads_gradebook": "HIDDEN TESTS printed",
}
WORKS_ON_NEIGHBOURS = {
    "neighbour_command_line": "the-neighbours-secret printed",
    "neighbour_files": "the-neighbours-secret printed",
    "neighbour_keyring": "the-neighbours-secret printed",
    "neighbour_shared_memory": "the-neighbours-secret printed",
    "neighbour_socket": "the-neighbours-secret printed",
    "fork_server_environment": "the-instructors-secret printed",
}
#: Of these nothing is seen in their own notebooks.
WORKS_ON_OTHERS = {
    "fork_server_control": "attackmark-file-fork was written",
    "neighbour_signals": "the grades of grace changed",
}


ENGINES = ["forked", "trusted"] if os.environ.get("COURSE_LONG") else ["forked"]


@pytest.fixture(scope="module", params=ENGINES)
def trials(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """All attacks as one class; on warm kernels two at a time beside honest learners."""
    return cases.try_all(attacks(), request.param, tmp_path_factory.mktemp("attacks"))


@pytest.mark.parametrize("attack", attacks(), ids=str)
def test_an_attack_gets_nothing(
    trials: Trials, attack: Attack, request: pytest.FixtureRequest
) -> None:
    if not attack.runs_on(request.node.callspec.params["trials"]):
        pytest.skip("aims at kernels side by side, of which this engine has none")
    trial = trials.each[attack.name]
    assert forged_points(attack, trial)[0] == 0, f"{attack.summary}\n{trial}"
    assert trial.damage == (), attack.summary


def test_nobody_else_is_touched_and_nothing_is_left(trials: Trials) -> None:
    assert trials.damage == ()


def test_each_attack_says_how_it_cheats() -> None:
    found = attacks()
    assert len(found) >= 30
    for attack in found:
        assert attack.summary.endswith("."), attack.name
        assert "\n" not in attack.summary, attack.name
        assert set(attack.forged) <= set(WORTH), attack.name


def test_what_works_on_stock_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The checks can fail."""
    chosen = [attack for attack in attacks() if attack.name in WORKS_ON_STOCK]
    found = cases.try_all(chosen, "stock", tmp_path_factory.mktemp("stock"))
    for attack in chosen:
        trial = found.each[attack.name]
        points = "{:g} of {:g}".format(*forged_points(attack, trial))
        assert WORKS_ON_STOCK[attack.name] in "; ".join((points, *trial.damage)), trial


def test_what_works_on_neighbours_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The checks can fail for kernels that live side by side, too."""
    found = _unprotected(WORKS_ON_NEIGHBOURS, tmp_path_factory)
    for name, text in WORKS_ON_NEIGHBOURS.items():
        assert f"attackmark-{text}" in found.each[name].damage, found.each[name]
    assert found.damage == ()
    found = _unprotected(WORKS_ON_OTHERS, tmp_path_factory)
    assert set(found.damage) == set(WORKS_ON_OTHERS.values())


def _unprotected(names: Iterable[str], tmp_path_factory: pytest.TempPathFactory) -> Trials:
    chosen = [attack for attack in attacks() if attack.name in set(names)]
    assert len(chosen) == len(set(names))
    return cases.try_all(chosen, "unprotected", tmp_path_factory.mktemp("unprotected"))
