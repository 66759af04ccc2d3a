"""Variants, the roster and the instructor's secret."""

import stat
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from coursekit.variants import (
    SECRET_VARIABLE,
    Parameters,
    Roster,
    RosterError,
    SecretError,
    load_secret,
    variant_for,
    variant_rng,
)

SECRET = "0123456789abcdef0123456789abcdef"
HEADER = "student_id,first_name,last_name\n"


@pytest.fixture(autouse=True)
def _no_secret_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)


def _roster(folder: Path, text: str) -> Path:
    path = folder / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_variant_is_stable_and_keyed() -> None:
    # The value is part of the interface: another one would change every lab handed out before.
    assert variant_for("ada", SECRET, "lab00") == 521
    assert variant_for("ada", SECRET + "x", "lab00") != 521
    assert variant_for("ada", SECRET, "lab01") != 521
    assert variant_for("grace", SECRET, "lab00") != 521


def test_lab_and_learner_do_not_run_into_each_other() -> None:
    assert variant_for("b", SECRET, "lab-a") != variant_for("a-b", SECRET, "lab")
    assert variant_for("x1", SECRET, "lab") != variant_for("1", SECRET, "labx")


def test_variants_fill_their_range_evenly_and_leave_out_the_public_one() -> None:
    drawn = Counter(variant_for(f"student{i}", SECRET, "lab00", count=10) for i in range(5000))
    assert sorted(drawn) == list(range(1, 11))
    assert min(drawn.values()) > 400
    assert max(drawn.values()) < 600


def test_no_variants_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one variant"):
        variant_for("ada", SECRET, "lab00", count=0)


def test_variant_rng_is_stable_and_independent_by_purpose() -> None:
    assert variant_rng(7, "prices").integers(1_000_000) == 853944
    first = variant_rng(7, "prices").standard_normal(2000)
    assert np.array_equal(first, variant_rng(7, "prices").standard_normal(2000))
    for other in (variant_rng(7, "ages"), variant_rng(8, "prices")):
        assert abs(np.corrcoef(first, other.standard_normal(2000))[0, 1]) < 0.1


def test_parameters_refuse_what_no_lab_understands() -> None:
    assert Parameters() == Parameters("demo", 0, "synthetic")
    with pytest.raises(ValueError, match="synthetic, ibm, not 'real'"):
        Parameters("ada", 1, "real")
    with pytest.raises(ValueError, match="0 or more"):
        Parameters("ada", -1)


def test_roster_is_read_in_order(tmp_path: Path) -> None:
    text = "﻿student_id, first_name, last_name, email\nzoe,Zoë,Ash,\n ada ,Ada,Almond,a@b.org\n"
    roster = Roster.read(_roster(tmp_path, text))
    assert roster.ids == ("zoe", "ada")
    assert len(roster) == 2
    assert [learner.email for learner in roster] == ["", "a@b.org"]
    assert next(iter(roster)).first_name == "Zoë"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("student_id,first_name\nada,Ada\n", "no column last_name"),
        ("", "roster.csv is empty"),
        (HEADER, "names no learner"),
        (HEADER + "ada,A,B\nada,C,D\n", "'ada' stands twice"),
        (HEADER + "ada,A,B\nAda,C,D\n", "'Ada' stands twice"),
        (HEADER + "ada+1,A,B\n", r"'ada\+1' has characters other.*line 2"),
        (HEADER + "ada/..,A,B\n", "'ada/..' has characters other"),
        (HEADER + "..,A,B\n", "does not begin with a letter"),
        (HEADER + "ad*,A,B\n", "has characters other"),
        (HEADER + "ada,A,B\n ,C,D\n", "student_id is empty .*line 3"),
    ],
)
def test_roster_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RosterError, match=message):
        Roster.read(_roster(tmp_path, text))


def test_a_roster_as_excel_saves_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    text = "sep=;\r\nStudent ID;FIRST_NAME;Last Name;Group\r\n;;;\r\nada;Ada;Ash;1\r\n;;;\r\n"
    path.write_bytes(text.encode("utf-16"))
    assert [vars(learner) for learner in Roster.read(path)] == [
        {"student_id": "ada", "first_name": "Ada", "last_name": "Ash", "email": ""}
    ]


def test_a_roster_without_a_column_is_refused_by_naming_those_found(tmp_path: Path) -> None:
    path = _roster(tmp_path, "Student;first_name\nada;Ada\n")
    with pytest.raises(RosterError) as found:
        Roster.read(path)
    assert str(found.value) == (
        "The roster roster.csv has no column student_id, last_name; its columns are: student, "
        "first_name."
    )
    path.write_bytes((HEADER + "a,Jürgen,B\n").encode("latin-1"))
    with pytest.raises(
        RosterError, match=r"roster\.csv is not UTF-8 text: save it as 'CSV UTF-8'\."
    ):
        Roster.read(path)


def test_missing_roster(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="no roster at"):
        Roster.read(tmp_path / "none.csv")


def test_secret_is_made_once_and_for_its_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "grading" / "secret"
    secret = load_secret(path)
    assert len(secret) == 64
    assert load_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(tmp_path / "other") != secret
    assert secret not in capsys.readouterr().out


def test_secret_of_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    assert load_secret(tmp_path / "secret") == SECRET
    assert not (tmp_path / "secret").exists()


def test_a_secret_that_can_be_guessed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(SecretError, match="file secret holds a secret of 0 characters"):
        load_secret(tmp_path / "secret")
    monkeypatch.setenv(SECRET_VARIABLE, "letmein")
    with pytest.raises(SecretError, match=SECRET_VARIABLE) as caught:
        load_secret(tmp_path / "secret")
    assert "letmein" not in str(caught.value)
