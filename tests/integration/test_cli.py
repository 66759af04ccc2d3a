"""The `course` command as it is typed."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from typer.testing import Result

from coursekit import paths
from coursekit.authoring.cells import find_tests
from coursekit.authoring.notebook_parameters import settings_for
from coursekit.authoring.notebooks import KERNELSPEC, read
from drawing import drawn

ROOT = paths.course_root()
LABS = sorted(path.name for path in ROOT.glob("labs/lab*"))

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _in_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_help_names_every_command(command: Command) -> None:
    said = command("--help").output
    for name in ("doctor", "lab", "run", "check", "progress", "release", "grade", "report"):
        assert name in said


def test_doctor_finds_this_machine_in_order(command: Command) -> None:
    answer = command("doctor")
    assert answer.exit_code == 0, answer.output
    assert "✔ Packages" in answer.output


def notebook_at(path: Path, *sources: str) -> Path:
    """A notebook whose first cell holds its parameters."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC}), path)
    return path


def printed(path: Path) -> str:
    last = read(path).cells[-1]
    return "".join(output.get("text", "") for output in last.outputs)


def test_run_executes_a_copy_with_parameters_of_their_types(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupts: list[object] = []

    async def interrupt(manager: KernelManager) -> None:
        interrupts.append(manager)

    monkeypatch.setattr(KernelManager, "_async_interrupt_kernel", interrupt)
    path = tmp_path / "[n] {x}.ipynb"
    notebook_at(path, 'x = 1\nname = "demo"\nshare = 0.5', "print(repr(x), repr(name), share + 1)")
    before, done = path.read_bytes(), tmp_path / "out" / "{done}.ipynb"
    words = ("-p", "x=7", "-p", "name=007", "-p", "share=2")
    answer = command("run", path, "--output", done, *words)
    assert answer.exit_code == 0, answer.output
    assert answer.output == f"Executed without an error: {done}\n"
    assert printed(done) == "7 '007' 3\n"
    assert path.read_bytes() == before
    # One that comes before the end makes the kernel print "KeyboardInterrupt caught", if it is busy.
    assert not interrupts


def test_run_takes_a_variant_as_a_lab_does(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path))
    done = tmp_path / "done.ipynb"
    lab = ROOT / "solutions" / "lab00_warm_up" / "lab00_warm_up.ipynb"
    answer = command("run", lab, "--output", done, "-p", "variant=5")
    assert answer.exit_code == 0, answer.output
    setup = next(c for c in read(done).cells if "open_workspace(" in c.source)
    assert setup.outputs[0].text.startswith("variant 5 (synthetic)")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("y=1", "n.ipynb has no parameter 'y'; it has x=1."),
        ("x=one", "x is a whole number (1 in the notebook), not 'one'."),
        ("x", "Write name=value, not 'x'."),
    ],
)
def test_run_refuses_what_the_notebook_does_not_take(
    command: Command, tmp_path: Path, word: str, said: str
) -> None:
    done = tmp_path / "done.ipynb"
    answer = command(
        "run", notebook_at(tmp_path / "n.ipynb", "x = 1"), "--output", done, "-p", word
    )
    assert (answer.exit_code, answer.output) == (2, f"✘ {said}\n")
    assert not done.exists()


def test_a_lesson_refuses_parameters_that_it_does_not_have(command: Command) -> None:
    lesson = next(iter(sorted(ROOT.glob("modules/*/*.ipynb"))))
    answer = command("run", lesson, "-p", "no_such_name=1")
    assert answer.exit_code == 2
    assert re.match(rf"✘ {lesson.name} (takes no parameters|has no parameter)", answer.output)


#: Other values for what lessons have as parameters: other customers, or another environment.
OTHERS: dict[str, str | int] = {"seed": 1, "source": "ibm", "env": "staging", "day": "2024-09-30"}
PARAMETERISED = {
    path: {name: OTHERS[name] for name in re.findall(r"^(\w+) = ", cell.source, re.MULTILINE)}
    for path in sorted(ROOT.glob("modules/*/*.ipynb"))
    for cell in read(path).cells
    if "parameters" in cell.metadata.get("tags", ())
}


def texts(path: Path) -> dict[str, str]:
    """What each code cell of a notebook says, without pictures."""
    return {
        cell.id: "".join(
            o.get("text", "") + o.get("data", {}).get("text/plain", "") for o in cell.outputs
        )
        for cell in read(path).cells
        if cell.cell_type == "code"
    }


@pytest.mark.parametrize("lesson", PARAMETERISED, ids=lambda path: path.stem)
def test_a_lesson_with_parameters_takes_them_and_runs_with_others(
    lesson: Path, command: Command, tmp_path: Path
) -> None:
    wanted = PARAMETERISED[lesson]
    assert settings_for(lesson, [f"{name}={value}" for name, value in wanted.items()]) == wanted
    if not os.environ.get("COURSE_LONG"):  # it costs a run of the lesson
        return
    done = tmp_path / "done.ipynb"
    if "seed" not in wanted:  # the lessons of the pipeline tell dev's story, with dev's days
        return
    answer = command("run", lesson, "--output", done, "-p", "seed=1")
    assert answer.exit_code == 0, answer.output
    other, stored = texts(done), texts(lesson)
    changed = [cell for cell in stored if other[cell] != stored[cell]]
    assert len(changed) > 2, f"another seed changes {changed} only"


def test_run_says_in_one_sentence_where_a_notebook_ended(command: Command, tmp_path: Path) -> None:
    path, done = tmp_path / "n.ipynb", tmp_path / "done.ipynb"
    notebook_at(path, "x = 1", "raise ValueError('[red]no[/x]')")
    answer = command("run", path, "--output", done)
    assert answer.exit_code == 1
    assert answer.output == (
        f"✘ Cell [2] ends in ValueError: [red]no[/x]\nAs far as it came: {done}\n"
    )
    assert done.is_file()
    notebook_at(path, "import os", "os._exit(1)")
    answer = command("run", path, "--output", done)
    assert (answer.exit_code, answer.output.count("\n")) == (1, 2)
    assert "The kernel does not answer" in answer.output


def test_run_overwrites_no_original(command: Command, tmp_path: Path) -> None:
    path = notebook_at(tmp_path / "n.ipynb", "x = 1")
    before = path.read_bytes()
    answer = command("run", path, "--output", path)
    assert answer.exit_code == 1
    assert "would overwrite the notebook" in answer.output
    assert path.read_bytes() == before


@pytest.mark.parametrize("words", [("doctor",), ("map",), ("progress",), ("report",)])
def test_where_there_is_no_course_that_is_said(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    answer = command(*words)
    assert answer.exit_code == 1
    assert answer.output.startswith(f"✘ {tmp_path} is not the course folder")
    assert answer.output.count("\n") == 1


def test_progress_counts_passing_tests(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("nbgrader_config.py", "modules/outline.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for lab in LABS if os.environ.get("COURSE_LONG") else [drawn("progress", LABS)]:
        shutil.copytree(ROOT / "labs" / lab, tmp_path / "labs" / lab)
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))
    answer = command("progress")
    assert answer.exit_code == 0, answer.output
    tests = [len(find_tests(read(path))) for path in tmp_path.glob("labs/*/*.ipynb")]
    said = re.findall(r"(\d+) of (\d+) tests pass", answer.output)
    assert sorted(said) == sorted(("0", str(number)) for number in tests)


def test_an_unknown_path_is_named(command: Command) -> None:
    answer = command("progress", "--path", "a_week")
    assert answer.exit_code == 2
    assert "self_study, two_days, half_day" in answer.output
