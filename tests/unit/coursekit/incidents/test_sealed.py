"""The answer of a drill cannot be read from what the learner's process is given.

Given are the course's code, the drill's name or seed, the files in workspace and notebooks folder, the
environment, what its cells load and open, and the simulator. Each test tries one of them. That the same
user can open the vault is said in its docstring and in the drill, and not tested away.
"""

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from churn.simulator import Scenario
from churn.simulator.customers import customer_ids
from coursekit import my_notebooks
from coursekit.environment import known
from coursekit.incidents import drills, planting
from coursekit.incidents.evidence import TABLES, folder
from coursekit.incidents.stories import ANSWERS
from coursekit.incidents.vault import VARIABLE, Vault, VaultError


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a learner in which three drills were opened; the vault is beside it."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_WORKSPACE", str(home / "workspace"))
        patch.setenv(VARIABLE, str(home / "vault"))
        patch.setattr(my_notebooks, "folder", lambda: home / "my_notebooks")
        for name in ("amber", "basalt", drills.new_name(5)):
            drills.open_drill(name, Vault())
        yield home


@pytest.fixture
def vault(opened: Path) -> Vault:
    """The vault of these."""
    return Vault(opened / "vault")


def record(vault: Vault, name: str) -> dict[str, dict[str, str]]:
    found = vault.unseal(name)
    assert found is not None
    return found


def given(home: Path) -> Iterator[Path]:
    """The files that the learner's process is given."""
    for place in ("workspace", "my_notebooks"):
        yield from (path for path in (home / place).rglob("*") if path.is_file())


def traces(home: Path, vault: Vault, name: str) -> list[str]:
    """Where the files given say something about a drill that they do not say about every drill."""
    found = []
    truth, scenario = record(vault, name)["truth"], record(vault, name)["scenario"]
    words = {truth["kind"], str(scenario["seed"]), scenario["name"], '"truth"'}
    for path in given(home):
        text = path.read_bytes()
        if path.suffix == ".ipynb":
            # All kinds are named in each notebook: it must be that of another drill word by word.
            plain = nbformat.writes(drills.notebook("NAME")).replace("NAME", path.stem)
            if text.decode().rstrip() != plain.rstrip():
                found.append(path.name)
        elif any(word.encode() in text for word in words):
            found.append(path.name)
    return found


def test_no_file_says_it(opened: Path, vault: Vault) -> None:
    assert len(list(given(opened))) == 3 * (len(TABLES) + 1)
    assert traces(opened, vault, "amber") == []
    # That the search would find it.
    kind = record(vault, "amber")["truth"]["kind"]
    note, book = (
        opened / "workspace" / "note",
        opened / "my_notebooks" / "incidents" / "amber.ipynb",
    )
    note.write_text(f"it is {kind}")
    plain, times = book.read_text(), (book.stat().st_atime, book.stat().st_mtime)
    book.write_text(plain.replace('"nbformat"', f'"x": "{kind}", "nbformat"', 1))
    assert traces(opened, vault, "amber") == ["note", "amber.ipynb"]
    note.unlink()
    book.write_text(plain)
    os.utime(book, times)


def test_names_columns_metadata_and_times_of_files_are_those_of_every_drill(
    opened: Path, vault: Vault
) -> None:
    shapes = []
    for name in ("amber", "new-5"):
        files = sorted(folder(name).iterdir())
        schemas = [pq.read_schema(file) for file in files]
        books = [opened / "my_notebooks" / "incidents" / f"{name}.ipynb"]
        times = {path.stat().st_mtime for path in (*files, *books)}
        shapes.append(([f.name for f in files], [s.names for s in schemas], times))
        for schema in schemas:
            described = json.loads(schema.metadata[b"pandas"])
            assert set(schema.metadata) == {b"pandas"}
            assert described.get("attributes", {}) == {}
        assert set(nbformat.read(books[0], 4).metadata) == {"kernelspec", "language_info"}
    assert shapes[0] == shapes[1]


def test_what_is_sealed_is_no_plain_text_and_each_record_has_the_same_size(
    opened: Path, vault: Vault
) -> None:
    sizes = set()
    for name in ("amber", "new-5"):
        sealed = (opened / "vault" / f"{name}.sealed").read_bytes()
        sizes.add(len(sealed))
        raw = base64.urlsafe_b64decode(sealed)
        for word in (*record(vault, name)["truth"].values(), "kind", "scenario"):
            if word != "":
                assert str(word).encode() not in sealed, word
                assert len(str(word)) < 5 or str(word).encode() not in raw, word
    assert len(sizes) == 1
    if os.name == "posix":
        assert (opened / "vault" / "secret").stat().st_mode & 0o077 == 0
        assert (opened / "vault").stat().st_mode & 0o077 == 0


def test_the_environment_says_nothing(
    vault: Vault, opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One kind of incident is called as the end of this test's name, which pytest says there.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    secret = (opened / "vault" / "secret").read_bytes()
    truth = record(vault, "amber")["truth"]
    for environment in (dict(os.environ), known.environment()):
        values = " ".join(environment.values())
        assert truth["kind"] not in values
        assert secret.hex() not in values
        assert base64.b64encode(secret).decode() not in values


#: Runs the cells of a drill's notebook, and says what they opened, and loaded.
LOOKED_AT = """
import json, sys

opened = set()
sys.addaudithook(lambda event, of: event == "open" and opened.add(str(of[0])))
exec(sys.stdin.read(), {})
print(json.dumps({"opened": sorted(opened), "loaded": sorted(sys.modules)}))
"""


def test_the_learners_process_neither_opens_the_vault_nor_loads_what_could(
    tmp_path: Path, opened: Path
) -> None:
    """Up to the answer, which only the command judges, in a process of its own: the memory has nothing."""
    cells = {cell.id: cell.source for cell in drills.notebook("basalt").cells}
    handed_in = cells["hand-in"].replace('kind, column, date, remedy"\n', 'nothing"\n')

    def looked_at(more: str) -> tuple[set[str], list[str], str]:
        code = "\n".join([cells["setup"], cells["look"], handed_in, more])
        done = subprocess.run(
            [sys.executable, "-c", LOOKED_AT],
            input=code, env=known.environment(), capture_output=True, text=True, check=True,
        )  # fmt: skip
        said, _, told = done.stdout.rstrip().rpartition("\n")
        seen = json.loads(told)
        loaded = {name.rpartition(".")[2] for name in seen["loaded"] if "incidents." in name}
        of_vault = [path for path in seen["opened"] if path.startswith(str(opened / "vault"))]
        return loaded, of_vault, said

    loaded, of_vault, said = looked_at("")
    assert "of 100 points" in said  # the command has opened the vault, and judged
    assert loaded == {"evidence"}
    assert of_vault == []
    # What the same user can do, the search would find.
    loaded, of_vault, _ = looked_at(
        "from coursekit.incidents.vault import Vault\nprint(Vault().unseal('basalt'))"
    )
    assert "vault" in loaded
    assert str(opened / "vault" / "secret") in of_vault


def guesses(name: str) -> Iterator[int]:
    """Seeds that one would try who knows the code and the name."""
    yield from range(100)
    yield zlib.crc32(name.encode())
    yield int.from_bytes(name.encode())
    for order in ANSWERS:
        yield zlib.crc32(f"{name}/{order}".encode())
    for start in range(100):
        yield int.from_bytes(np.random.default_rng(start).bytes(16))


def ids_of(seed: int, scenario: Scenario) -> set[str]:
    return set(customer_ids(scenario.joined_by(scenario.months - 1), seed))


@pytest.mark.parametrize("name", ["amber", "new-5"])
def test_the_simulator_called_with_the_name_or_seed_makes_other_data(
    name: str, opened: Path, vault: Vault
) -> None:
    scenario = Scenario.model_validate(record(vault, name)["scenario"])
    seen = set(pd.read_parquet(folder(name) / "after.parquet")["customerID"])
    assert scenario.seed > 2**64
    real = ids_of(scenario.seed, scenario)
    assert len(seen & real) > 0.9 * len(seen)  # the comparison sees the right seed
    for seed in guesses(name):
        assert len(seen & ids_of(seed, scenario)) < 0.1 * len(seen), seed


@pytest.mark.parametrize("name", ["amber", "new-5"])
def test_another_machine_has_another_drill_under_the_same_name(name: str, tmp_path: Path) -> None:
    kinds, seeds = set(), set()
    for number in range(12):
        there = Vault(tmp_path / str(number))
        drawn = drills._drawn(name, there)
        kinds.add(drawn["truth"]["kind"])
        seeds.add(drawn["scenario"]["seed"])
    assert len(kinds) > 3
    assert len(seeds) == 12


def test_here_it_is_the_same_drill_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    first = drills._drawn("new-7", vault)
    (tmp_path / "vault" / "new-7.sealed").unlink()
    assert drills._drawn("new-7", vault) == first


def test_the_package_alone_cannot_open_it(opened: Path, tmp_path: Path) -> None:
    """A process with the learner's files, and a vault that is not this one."""
    code = (
        "from coursekit.incidents import drills; from coursekit.incidents.vault import Vault; "
        "vault = Vault(); print(vault.unseal('amber')); print(drills._drawn('amber', vault)['truth'])"
    )
    elsewhere = {"COURSE_VAULT": str(tmp_path / "another")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=known.environment(elsewhere),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("None\n")
    seen = set(pd.read_parquet(folder("amber") / "after.parquet")["customerID"])
    other = drills._drawn("amber", Vault(tmp_path / "another"))["scenario"]
    scenario = Scenario.model_validate(other)
    assert len(seen & ids_of(scenario.seed, scenario)) < 0.1 * len(seen)


def test_a_record_that_was_changed_or_comes_from_elsewhere_is_refused(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    drills._drawn("amber", vault)
    drills._drawn("basalt", vault)
    file = tmp_path / "vault" / "amber.sealed"
    sealed = file.read_bytes()
    changed = sealed[:100] + (b"A" if sealed[100:101] != b"A" else b"B") + sealed[101:]
    for other in (changed, (tmp_path / "vault" / "basalt.sealed").read_bytes()):
        file.write_bytes(other)
        with pytest.raises(VaultError, match="was changed"):
            drills.drills(vault)
    file.write_bytes(sealed)
    assert drills.drills(vault)[0].state == "open"
    (tmp_path / "vault" / "secret").write_bytes(b"short")
    with pytest.raises(VaultError, match="is damaged"):
        vault.unseal("amber")


def test_nobody_can_ask_the_command_until_it_says_yes(tmp_path: Path) -> None:
    """The first answer counts: it is no oracle. What cannot be meant does not count."""
    vault = Vault(tmp_path / "vault")
    drills._drawn("amber", vault)
    with pytest.raises(drills.scoring.AnswerError):
        drills.close("amber", "stale_fed, TotalCharges, 2025-03, retrain", vault)
    drills.close("amber", "stale_feed, TotalCharges, 1999-03, retrain", vault)
    with pytest.raises(drills.DrillError, match="the first answer counts"):
        drills.close("amber", "stale_feed, TotalCharges, 1999-04, retrain", vault)


def test_evidence_is_made_alike_for_every_kind() -> None:
    tables = {}
    for kind in ("time_zone_shift", "nothing"):
        scenario = planting.plant(kind, np.random.default_rng(3))
        tables[kind] = {
            name: [str(t) for t in frame.dtypes]
            for name, frame in planting.evidence(scenario).items()
        }
    assert tables["time_zone_shift"] == tables["nothing"]
    assert set(tables["nothing"]) == set(TABLES)
