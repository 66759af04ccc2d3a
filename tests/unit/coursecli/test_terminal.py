"""Whatever a person gave is printed as text: no markup, no emoji codes, nothing a terminal obeys."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from coursecli import terminal
from coursekit import paths

UTILS = paths.course_root() / "utils"
NAME = "[/x] [bold]Ada[/bold] :smile: \\[y]"


def test_words_stay_as_they_were_typed(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say(NAME)
    terminal.say(NAME, "✘")
    terminal.console.print(NAME)
    assert capsys.readouterr().out == f"{NAME}\n✘ {NAME}\n{NAME}\n"


def test_a_failure_is_said_and_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.fail(f"{NAME} is missing.", 3).exit_code == 3
    assert capsys.readouterr().out == f"✘ {NAME} is missing.\n"


def test_long_lines_are_left_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("name " * 100)
    assert capsys.readouterr().out == "name " * 100 + "\n"


def test_what_a_terminal_would_obey_is_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("a\x1b[2Jb\rc\x07\u202ed\udcff\x9b1m, Zoë\u200c 👩‍🔬 and\nmore")
    assert capsys.readouterr().out == "a�[2Jb�c��d��1m, Zoë\u200c 👩‍🔬 and\nmore\n"


def test_bars_and_spinners_take_words_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = Console(
        force_terminal=True, width=200, record=True, markup=False, emoji=False, highlight=False
    )
    monkeypatch.setattr(terminal, "console", looked_at)
    with terminal.status(NAME):
        pass
    assert list(terminal.tracked(["a", "b"], f"{NAME}\x1b")) == ["a", "b"]
    shown = looked_at.export_text()
    assert f"{NAME}� " in shown
    assert re.search(r" 1/2 ", shown)
    assert len(re.findall(re.escape(NAME), shown)) > 1


def test_where_nobody_looks_on_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(terminal.tracked(["a", "b"], "Doing")) == ["a", "b"]
    assert capsys.readouterr().out == ""


# --- structure ------------------------------------------------------------------------------------

#: Words of rich and typer that print, and the only modules where each may stand besides terminal.py:
#: a table made of Text, and lines of Text above the bar; and the company's own command, which may not
#: import the course's terminal and whose ``echo`` knows no markup.
PRINTING = {"print": {"grading.py", "progress.py"}, "echo": {"commands.py"}}
NEVER = ("secho", "rule", "log", "from_markup", "render_str")
#: Classes that take strings for markup, and where they get Text.
TAKE_MARKUP = ("Console", "TextColumn", "Spinner", "Status", "Panel", "Table", "Tree", "Columns")
MAKES_A_TABLE = "report.py"
TAG = re.compile(r"\[/?(bold|dim|italic|red|green|yellow|blue|cyan|magenta|white)\b[^\]]*\]|\[/\]")


def problems(file: Path) -> Iterator[str]:
    """Where the words of a person could be taken for markup."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        where = f"{file.name}:{getattr(node, 'lineno', 0)}"
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and TAG.search(node.value)
        ):
            yield f"{where} holds markup"
        if not isinstance(node, ast.Call) or file.name == "terminal.py":
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called in NEVER or file.name not in PRINTING.get(str(called), {file.name}):
            yield f"{where} prints with {called}"
        if called in TAKE_MARKUP and (called, file.name) != ("Table", MAKES_A_TABLE):
            yield f"{where} makes a {called}"


def using_rich() -> list[Path]:
    """The command line, and what else of the course uses rich or typer."""
    files = sorted(UTILS.rglob("*.py"))
    return [
        file
        for file in files
        if file.parent.name == "coursecli"
        or re.search(r"^\s*(from|import) (rich|typer)\b", file.read_text("utf-8"), re.MULTILINE)
    ]


def test_only_the_terminal_prints() -> None:
    files = using_rich()
    assert {"main.py", "grading.py", "terminal.py", MAKES_A_TABLE} <= {file.name for file in files}
    assert [problem for file in files for problem in problems(file)] == []


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("console.print(f'{name}')", "prints with print"),
        ("print(name)", "prints with print"),
        ("typer.echo(name)", "prints with echo"),
        ("Console().input(name)", "makes a Console"),
        ("TextColumn(name)", "makes a TextColumn"),
        ("Table(title=name)", "makes a Table"),
        ("say(f'[red]{name}[/]')", "holds markup"),
    ],
)
def test_the_structure_notices(tmp_path: Path, planted: str, said: str) -> None:
    file = tmp_path / "main.py"
    file.write_text(planted)
    assert any(said in problem for problem in problems(file))
