"""A call in a new process: what the seed of hashes decides comes out otherwise, all else alike."""

from typing import Any

import pandas as pd
import pytest

from coursekit.checks import elsewhere
from coursekit.fresh_process import FreshProcessError, call_elsewhere

NOTEBOOK = """
import os, sys
base = 40
lock = __import__("threading").Lock()
class Own(LookupError):
    def __init__(self, one, two): super().__init__(one)
def add(table): return base + int(table["n"].sum())
def twice(table): return 2 * add(table)
def draw(names): return list(set(names))
def hashed(text): return hash(text)
def seed(): return os.environ["PYTHONHASHSEED"]
def prints(): print("out"); os.write(1, b"below"); return 1
def unwritten(): raise NotImplementedError()
def own(): raise Own("mine", 2)
def ends(): os._exit(3)
def leaves(): sys.exit(3)
def locked(): return lock
"""
NAMES = [f"H{number}" for number in range(60)]


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """Functions as a kernel has them: no module holds them."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(NOTEBOOK, names)
    return names


def test_the_answer_is_that_of_the_function_with_what_it_uses(notebook: dict[str, Any]) -> None:
    assert call_elsewhere(notebook["twice"], pd.DataFrame({"n": [1, 2]})) == 86
    assert call_elsewhere(notebook["prints"]) == 1


def test_the_seed_of_hashes_is_another_one(
    notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call_elsewhere(notebook["hashed"], "a") != hash("a")
    assert call_elsewhere(notebook["draw"], NAMES) != notebook["draw"](NAMES)
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    assert call_elsewhere(notebook["seed"]) == "2"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("unwritten", NotImplementedError, "^$"),
        ("leaves", SystemExit, "3"),
        ("own", FreshProcessError, "Own: mine"),  # an exception that cannot be built again
        ("ends", FreshProcessError, "ended without an answer"),
        ("locked", FreshProcessError, "cannot be sent"),
    ],
)
def test_what_goes_wrong_there_is_raised_here(
    notebook: dict[str, Any], name: str, kind: type[BaseException], said: str
) -> None:
    with pytest.raises(kind, match=said):
        call_elsewhere(notebook[name])


def test_a_check_asks_the_stand_in_where_the_function_is_in_another_process() -> None:
    class StandIn:
        def elsewhere(self, *args: Any) -> Any:
            return "over there", args

    assert elsewhere(StandIn(), 1, 2) == ("over there", (1, 2))  # type: ignore[arg-type]
    assert elsewhere(len, [1, 2]) == 2
