"""Other people's answers are tried by the rules that hold for the course's own."""

import json
import subprocess
import sys
from pathlib import Path

import harness
import pytest
import try_answers
from harness import Result, Setting

import mutation_report

LAB = "lab00_warm_up"
RIGHT = """
def break_even(charge, terms):
    kept = terms["success_rate"] * (terms["months_kept"] * charge - terms["offer_cost"])
    if kept < terms["contact_cost"]:
        return None
    return (terms["offer_cost"] + terms["contact_cost"]) / (kept + terms["offer_cost"])
"""
NOTHING = Result(0, "", ())
WRONG = "def break_even(charge, terms):\n    return 0.5"


def record(kind: str, code: str, breaks: str = "", task: str = "break_even") -> dict[str, str]:
    return {"task": task, "kind": kind, "code": code, "breaks": breaks}


def written(folder: Path, content: object) -> Path:
    path = folder / "answers.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_what_got_through_and_what_was_refused_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(harness, "settings", lambda: [Setting(v, "synthetic") for v in (0, 1)])
    records = [
        record("wrong", WRONG, "neither gains\nnor loses"),
        record("wrong", RIGHT, "it is right"),
        record("right", RIGHT),
        record("right", WRONG, "it is wrong"),
    ]
    monkeypatch.setattr(mutation_report, "FIRST_TRY", tmp_path / "first_try.csv")
    command = [LAB, str(written(tmp_path, records)), "--record", "3", "--variants", "0"]
    assert try_answers.main(command) == 1
    lines = capsys.readouterr().out.splitlines()
    kept = f"kept every point in every setting: {LAB}/break_even/wrong_002 (it is right)"
    assert [line for line in lines if line.startswith("kept every")] == [kept]
    (lost,) = [line for line in lines if line.startswith("lost")]
    assert lost.endswith(f"every setting: {LAB}/break_even/right_004 (it is wrong)")
    assert lines[lines.index(lost) + 1].startswith("    ✘ ")
    assert "1 of 2 right answers got every point" in lines
    shares = [" ".join(line.split()) for line in lines if line.startswith(LAB)]
    assert shares == [f"{LAB}/break_even 1 of 2 wrong answers caught 50.0%"]
    assert mutation_report.recorded() == [
        {"lab": LAB, "round": "3", "wrong": "2", "caught": "1", "settings": "1"}
    ]
    (line,) = mutation_report.first_try_lines()
    said = f"{LAB}, round 3 1 of 2 caught at the first try 50.0% in"
    assert " ".join(line.split()) == f"{said} 1 setting"
    answers = try_answers.read(LAB, Path(command[1]))
    try_answers.record(
        LAB, 4, {a: dict.fromkeys(map(Setting, (0, 1), "xy"), NOTHING) for a in answers}
    )
    (line,) = mutation_report.first_try_lines()
    assert line.endswith("100.0%  in 2 settings")


def test_a_variant_in_which_nothing_is_tried_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        try_answers.main([LAB, str(written(tmp_path, [record("right", RIGHT)])), "--variants", "2"])
    assert "not in [2]" in capsys.readouterr().err


def test_all_is_well_when_each_got_what_it_should(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness, "settings", lambda: [Setting(0, "synthetic")])
    records = [record("wrong", WRONG), record("right", RIGHT)]
    assert try_answers.main([LAB, str(written(tmp_path, records))]) == 0


@pytest.mark.parametrize(
    ("lab", "content", "said"),
    [
        ("lab99", [record("wrong", WRONG)], "there is no lab 'lab99'"),
        (LAB, "[{", "is not a JSON file"),
        (LAB, {}, "should hold a list"),
        (LAB, [], "should hold a list"),
        (LAB, ["code"], "answer 1 should be an object"),
        (
            LAB,
            [record("wrong", WRONG), record("wrong", WRONG, task="x")],
            "answer 2: .*no task 'x'",
        ),
        (LAB, [record("odd", WRONG)], "its kind is 'odd', neither wrong nor right"),
        (LAB, [record("wrong", " \n")], "answer 1 has no code"),
        (LAB, [record("wrong", WRONG) | {"breaks": 3}], "should be texts"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(
    lab: str, content: object, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(try_answers.AnswersError, match=said):
        try_answers.read(lab, path)


def test_the_script_says_so_and_ends_with_2(tmp_path: Path) -> None:
    command = [sys.executable, try_answers.__file__, LAB, str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.endswith("none.json: No such file or directory.\n")
    assert done.stdout == ""
