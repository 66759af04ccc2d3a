"""What a change touches: followed through imports, strings, notebooks and folders."""

import fnmatch
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit import paths
from coursekit.authoring import affected, quick
from coursekit.authoring.affected import LOADED_BY_ALL, READERS, SANITIZE, Repository, Selection

LESSON = "modules/00_topic/01_lesson.ipynb"
OTHER = "modules/00_topic/02_other.ipynb"
SOLUTION = "solutions/lab00_one/lab00_one.ipynb"
FILES: dict[str, str | list[str]] = {
    "utils/churn/__init__.py": "",
    "utils/churn/schema.py": "",
    "utils/churn/labels.py": "from churn import schema",
    "utils/churn/money.py": "",
    "utils/coursecli/main.py": "",
    "tests/integration/test_types_a_command.py": "WORDS = ['-m', 'coursecli.main', 'doctor']",
    "utils/churn/late.py": "def f():\n    from churn.money import g",
    "utils/churn/typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import churn.money",
    "utils/churn/relative.py": "from .money import g",
    "utils/churn/told.py": "PROGRAM = 'import churn.money'",
    "utils/churn/talks.py": '"""About churn.money."""',
    "utils/churn/numbers.json": "{}",
    "utils/churn/reader.py": "PATH = 'numbers.json'",
    "utils/churn/sim/__init__.py": "from churn.sim.chain import draw",
    "utils/churn/sim/chain.py": "",
    "utils/churn/sim/table.bin": "",
    "utils/coursecli/pytest_plugin.py": "import coursekit.base\ndef f():\n    import coursekit.deep",
    "utils/coursekit/base.py": "",
    "utils/coursekit/deep.py": "",
    LESSON: ["%matplotlib inline\nfrom churn.labels import label", "this is no Python"],
    OTHER: ["from churn.sim import draw"],
    SOLUTION: ["from churn.money import g"],
    "labs/lab00_one/lab00_one.ipynb": [],
    "solutions/lab01_two/lab01_two.ipynb": [],
    "tests/conftest.py": "",
    "tests/helpers/helper.py": "from churn import labels",
    "tests/unit/churn/test_helped.py": "import helper",
    "tests/unit/churn/beside.py": "import churn.money",
    "tests/unit/churn/test_beside.py": "import beside",
    "tests/unit/churn/test_late.py": "import churn.late",
    "tests/unit/churn/test_typed.py": "import churn.typed",
    "tests/unit/churn/test_relative.py": "import churn.relative",
    "tests/unit/churn/test_told.py": "import churn.told",
    "tests/unit/churn/test_talks.py": "import churn.talks",
    "tests/unit/churn/test_reader.py": "import churn.reader",
    "tests/unit/coursekit/authoring/test_outline.py": "",
    "tests/unit/coursekit/test_deep.py": "import coursekit.deep",
    "tests/notebooks/test_hygiene.py": "",
    "tests/notebooks/test_labs.py": "from coursekit.base import x",
    "tests/integration/test_grade_labs.py": "",
    "tests/grading/test_lab_answers.py": "import harness",
    "tests/grading/test_lab_cells.py": "import harness",
    "tests/grading/harness.py": "",
    "tests/grading/runner.py": "",
    "tests/grading/test_attacks.py": "WHERE = 'attacks'",
    "tests/grading/attacks/one.py": "import churn.money",
    "tests/grading/lab00_one/task/wrong_stub.py": "import churn.money",
    "datasets/small/a.csv": "",
    "tests/unit/churn/test_small.py": "FOLDER = 'datasets/small'",
    "README.md": "",
    "Makefile": "",
    "pyproject.toml": "",
    "strange.bin": "",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkout")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            cells = [{"cell_type": "code", "source": [source]} for source in content]
            cells.append({"cell_type": "markdown", "source": ["import churn.money"]})
            content = json.dumps({"cells": cells})
        (root / name).write_text(content)
    return root


@pytest.fixture(scope="module")
def select(root: Path) -> Callable[..., Selection]:
    return lambda *changed: Repository(root, FILES).select(changed)


def unit_tests(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/{name}.py" for name in names)


RULES = ("tests/notebooks/test_hygiene.py", *unit_tests("coursekit/authoring/test_outline"))


def test_nothing_changed(select: Callable[..., Selection]) -> None:
    assert select() == Selection()


def test_a_module_reaches_its_lessons_and_through_helpers_its_tests(
    select: Callable[..., Selection],
) -> None:
    expected = Selection(lessons=(LESSON,), tests=unit_tests("churn/test_helped"))
    assert select("utils/churn/labels.py") == expected
    assert select("utils/churn/schema.py") == expected


def test_imports_in_functions_for_types_and_in_programs_count_and_documentation_does_not(
    select: Callable[..., Selection],
) -> None:
    found = select("utils/churn/money.py")
    names = ("test_beside", "test_late", "test_relative", "test_told", "test_typed")
    assert found == Selection(
        tests=unit_tests(*(f"churn/{name}" for name in names)), labs=("lab00_one",)
    )


def test_a_command_that_a_test_types_is_known_by_its_module(
    select: Callable[..., Selection],
) -> None:
    found = select("utils/coursecli/main.py")
    assert found == Selection(tests=("tests/integration/test_types_a_command.py",))


def test_a_package_passes_on_what_its_face_imports(select: Callable[..., Selection]) -> None:
    assert select("utils/churn/sim/chain.py").lessons == (OTHER,)


def test_a_lesson_is_executed_and_meets_the_rules(select: Callable[..., Selection]) -> None:
    assert select(LESSON) == Selection(lessons=(LESSON,), tests=RULES)


@pytest.mark.parametrize("part", [SOLUTION, "labs/lab00_one/lab00_one.ipynb"])
def test_a_lab_is_tried_alone(select: Callable[..., Selection], part: str) -> None:
    found = select(part)
    assert found.labs == ("lab00_one",)
    assert found.lessons == ()
    assert set(RULES) <= set(found.tests) <= {*RULES, "tests/grading/test_lab_cells.py"}


def test_an_answer_tries_its_lab(select: Callable[..., Selection]) -> None:
    answer = "tests/grading/lab00_one/task/wrong_stub.py"
    assert select(answer) == Selection(labs=("lab00_one",))


def test_what_tries_labs_tries_all_of_them(select: Callable[..., Selection]) -> None:
    assert select("tests/grading/harness.py") == Selection(
        tests=("tests/grading/test_lab_cells.py",), labs=("lab00_one", "lab01_two")
    )


def test_data_is_read_by_who_names_it_or_its_folder_or_lies_beside_it(
    select: Callable[..., Selection],
) -> None:
    assert select("utils/churn/numbers.json").tests == unit_tests("churn/test_reader")
    assert select("datasets/small/a.csv").tests == unit_tests("churn/test_small")
    assert select("tests/grading/attacks/one.py").tests == ("tests/grading/test_attacks.py",)
    assert select("utils/churn/sim/table.bin").lessons == (OTHER,)


def test_prose_is_read_by_no_test(select: Callable[..., Selection]) -> None:
    assert select("README.md") == Selection()


def test_what_nobody_is_known_to_read_runs_everything(select: Callable[..., Selection]) -> None:
    found = select("strange.bin")
    assert found.unclear == ("strange.bin",)
    assert found.lessons == (LESSON, OTHER)
    assert found.labs == ("lab00_one", "lab01_two")
    assert len(found.tests) == sum("/test_" in name for name in FILES) - len(affected.LAB_TESTS)


def test_the_environment_is_left_to_the_whole_run(select: Callable[..., Selection]) -> None:
    assert select("pyproject.toml") == Selection(environment=("pyproject.toml",))


@pytest.mark.parametrize(
    "path", ["tests/conftest.py", "utils/coursecli/pytest_plugin.py", "utils/coursekit/base.py"]
)
def test_what_every_run_loads_runs_everything(select: Callable[..., Selection], path: str) -> None:
    found = select(path)
    assert found.lessons == (LESSON, OTHER)
    assert set(unit_tests("churn/test_late", "coursekit/test_deep")) <= set(found.tests)


def test_what_a_hook_imports_while_it_runs_does_not(select: Callable[..., Selection]) -> None:
    assert select("utils/coursekit/deep.py") == Selection(tests=unit_tests("coursekit/test_deep"))


def test_who_imported_a_file_that_is_gone_is_run(root: Path) -> None:
    gone = "utils/churn/gone.py"
    (root / "tests/unit/churn/test_gone.py").write_text("import churn.gone")
    files = {*FILES, gone, "tests/unit/churn/test_gone.py"}
    assert Repository(root, files).select([gone]).tests == unit_tests("churn/test_gone")
    (root / "tests/unit/churn/test_gone.py").unlink()
    assert Repository(root, files).select([gone, "tests/unit/churn/test_gone.py"]) == Selection()


def test_the_files_with_rules_of_their_own_exist() -> None:
    root = paths.course_root()
    named = {
        *LOADED_BY_ALL,
        SANITIZE,
        quick.TURNS,
        *affected.LAB_TESTS,
        quick.AUTOML[0],
        *quick.TOOLS,
    }
    for path in named.union(*READERS.values()):
        assert (root / path).is_file(), path
    folders = ("modules", "labs", "solutions", "tests")
    files = [path.relative_to(root) for name in folders for path in (root / name).rglob("*.*")]
    for pattern in READERS:
        assert fnmatch.filter(map(str, files), pattern), pattern


# From git to the command lines.


@pytest.fixture
def checkout(tmp_path: Path) -> tuple[Path, Callable[..., None]]:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    for name in ("kept", "changed", "gone", "old name"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".gitignore").write_text("ignored\n")
    git("add", ".")
    git("commit", "-qm", "first")
    (tmp_path / "changed").write_text("new")
    (tmp_path / "gone").unlink()
    (tmp_path / "old name").rename(tmp_path / "nëw name")
    (tmp_path / "ignored").write_text("")
    git("add", ".")
    return tmp_path, git


def test_changed_is_what_differs_what_is_new_and_what_is_gone(
    checkout: tuple[Path, Callable[..., None]],
) -> None:
    root, git = checkout
    (root / "untracked").write_text("")
    changed = ["changed", "gone", "nëw name", "old name"]
    assert quick.changed_files(root, "HEAD") == sorted([*changed, "untracked"])
    git("commit", "-qm", "second")
    assert quick.changed_files(root, "HEAD") == ["untracked"]
    assert quick.changed_files(root, "HEAD~") == sorted([*changed, "untracked"])


def test_a_revision_that_is_not_there_is_said(checkout: tuple[Path, Callable[..., None]]) -> None:
    with pytest.raises(SystemExit, match="git cannot say what has changed"):
        quick.changed_files(checkout[0], "nowhere")


def test_labs_are_chosen_by_name_and_lessons_are_compared(root: Path) -> None:
    selection = Selection(lessons=(LESSON,), labs=("lab00_one", "lab01_two"))
    lessons, labs = quick.commands(selection)[-2:]
    assert "--nbval" in lessons
    assert lessons[-4:] == [LESSON, quick.TURNS, "-n", "0"]
    assert labs[-2:] == ["-k", "lab00_one or lab01_two"]


def test_ruff_looks_at_everything_in_any_case() -> None:
    assert [command[3] for command in quick.commands(Selection())] == ["check", "format"]


def test_what_was_left_out_is_counted(root: Path, select: Callable[..., Selection]) -> None:
    said = "\n".join(quick.left_out(Repository(root, FILES), select(LESSON, "pyproject.toml")))
    assert "Left out: 1 of 2 lessons, 2 of 2 labs, 16 of 18 files of tests, mypy." in said
    assert "Only `make test` can tell about pyproject.toml." in said


def test_a_lesson_without_its_packages_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, _ = quick.AUTOML
    monkeypatch.setattr(quick, "AUTOML", (lesson, "no_such_package"))
    assert not [word for line in quick.commands(Selection(lessons=(lesson,))) for word in line if word == lesson]  # fmt: skip
    monkeypatch.setattr(quick, "AUTOML", (lesson, "json"))
    assert lesson in quick.commands(Selection(lessons=(lesson,)))[-1]


@pytest.mark.parametrize(("lesson", "tool"), quick.TOOLS.items())
def test_a_lesson_without_its_tool_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, lesson: str, tool: str
) -> None:
    repository, touched = Repository(paths.course_root(), [lesson]), Selection(lessons=(lesson,))
    monkeypatch.setattr(quick.tools, "python_of", lambda name: None)
    assert not any(lesson in command for command in quick.commands(touched))
    said = "\n".join(quick.left_out(repository, touched))
    assert f"Touched, but left out without {tool} (`make tools`): {lesson}." in said
    monkeypatch.setattr(quick.tools, "python_of", lambda name: Path("python"))
    assert lesson in quick.commands(touched)[-1]
    assert "Touched" not in "\n".join(quick.left_out(repository, touched))


def test_the_folded_answers_of_touched_lessons_are_tried(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lesson = "modules/00_introduction/01_start_here.ipynb"
    tell = [sys.executable, "-c", f"import os; print('tried:', os.environ['{quick.TURNS_OF}'])"]
    monkeypatch.setattr(quick, "changed_files", lambda root, base: [lesson])
    monkeypatch.setattr(quick, "commands", lambda selection: [tell])
    assert quick.main([]) == 0
    said = capfd.readouterr().out
    assert f"  {quick.TURNS}" in said
    assert f"tried: {lesson}" in said


def test_the_answer_is_that_of_what_ran(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(quick, "changed_files", lambda root, base: ["README.md"])
    monkeypatch.setattr(quick, "commands", lambda selection: [["true"], ["false"], ["true"]])
    assert quick.main([]) == 1
    said = capsys.readouterr().out
    assert said.startswith("1 file changed since HEAD. To run:")
    assert "Left out: " in said
    monkeypatch.setattr(quick, "changed_files", lambda root, base: [])
    assert quick.main(["--base", "main"]) == 0
    assert "Nothing differs from main." in capsys.readouterr().out
