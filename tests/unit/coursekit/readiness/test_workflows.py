"""Which steps an event starts, and what is refused because it is not known here."""

from pathlib import Path

import pytest

from coursekit import shell
from coursekit.readiness import workflows
from coursekit.readiness.workflows import Step, StepError, WorkflowError

TEXT = """
on:
  pull_request: {branches: [main]}
  push: {branches: [main], tags: ["v*"]}
defaults: {run: {shell: bash}}
env: {GREETING: hello, WHO: world}
jobs:
  checks:
    if: github.event_name == 'pull_request'
    strategy: {matrix: {part: [a, b]}}
    steps:
      - uses: somebody/something@1
      - name: each part
        env: {PART: "${{ matrix.part }}"}
        run: echo "$GREETING $WHO $PART"
  staging:
    if: github.ref == 'refs/heads/main'
    steps: [{run: echo staging}]
  prod:
    if: github.ref_type == 'tag'
    steps: [{run: echo prod}]
"""


def jobs(ref: str) -> list[str]:
    return [step.job for step in workflows.steps(TEXT, workflows.event_of(ref))]


def test_each_event_starts_its_jobs() -> None:
    assert jobs("refs/heads/better") == ["checks", "checks"]
    assert jobs("refs/heads/main") == ["staging"]
    assert jobs("refs/tags/v1.2.0") == ["prod"]
    assert jobs("refs/tags/draft") == []


@pytest.mark.needs("posix")
def test_a_step_runs_with_the_variables_of_its_workflow_and_of_this_machine(tmp_path: Path) -> None:
    event = workflows.event_of("refs/heads/better")
    first, second = workflows.steps(TEXT, event, {"WHO": "telco", "OTHER": "not asked for"})
    assert "OTHER" not in first.env
    assert workflows.run(first, tmp_path) == "hello telco a\n"
    assert workflows.run(second, tmp_path) == "hello telco b\n"


@pytest.mark.needs("posix")
@pytest.mark.parametrize(
    "script",
    [
        "false; echo on",
        "false | cat",
        "echo why; exit 3",
        r"printf '\033[31mE   why\033[0m\nthe rest\n'; exit 3",
    ],
)
def test_a_step_ends_at_its_first_failure(script: str, tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"job: name: (why|E why|it does not say why)$"):
        workflows.run(Step("job", "name", script, {}), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shell: bash", "shell: pwsh"),
        ("github.event_name == 'pull_request'", "always()"),
        ("${{ matrix.part }}", "${{ secrets.part }}"),
        ("${{ matrix.part }}", "${{ matrix.other }}"),
        ("name: each part", "if: failure()"),
        ("\non:", "\non: [push]\nnot_on:"),
    ],
)
def test_what_is_not_known_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(WorkflowError):
        workflows.steps(TEXT.replace(old, new), workflows.event_of("refs/heads/better"))


@pytest.mark.needs("posix")
def test_a_hook_takes_a_push_only_if_its_steps_pass(tmp_path: Path) -> None:
    shell.run("git init -q --bare -b main hub.git", tmp_path)
    workflows.install_hook(tmp_path / "hub.git", {})
    work = tmp_path / "work"
    (work / workflows.FOLDER).mkdir(parents=True)
    file = work / workflows.FOLDER / "all.yml"
    file.write_text(TEXT)
    for command in ("init -q -b main", "add .", "commit -q -m one", "remote add origin ../hub.git"):
        shell.run(f"git {command}", work)
    assert "✔ staging: echo staging" in shell.run("git push origin main", work)
    file.write_text(TEXT.replace("echo staging", "echo it is bad; false"))
    shell.run("git commit -q -a -m two", work)
    with pytest.raises(shell.CommandError, match=r"✘ staging: .*it is bad"):
        shell.run("git push origin main", work)
    shell.run("git push origin main~0:refs/tags/draft", work)
    with pytest.raises(shell.CommandError, match="what was pushed stays"):
        shell.run("git push origin :refs/tags/draft", work)
    assert shell.run("git log --format=%s main", tmp_path / "hub.git") == "one\n"
