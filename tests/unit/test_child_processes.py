"""No child process is started without saying from which environment: the known one, or a sandbox's."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursekit import paths

UTILS = paths.course_root() / "utils"
STARTERS = {"run", "Popen", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
ASYNCIO = {"create_subprocess_exec", "create_subprocess_shell"}
#: What in the source of an environment says that it is known.
KNOWN = ("known.environment(", "Sandbox(", "sandbox.environment(")
#: Those who hand on an environment that somebody else has said, or need none, and why.
EXCEPTIONS = {
    "coursekit/environment/known.py": "says what the known environment is",
    "churn/registry/servers.py": "the company's code knows no course: who starts a server says from which",
    "churn/spark/cluster.py": "the company's code knows no course: who starts a cluster says from which",
    "churn/spark/java.py": "the company's code knows no course; `java -version` reads no such setting",
    "coursekit/exercises/orchestrated_job.py": "a job, in the environment that its orchestrator gave it",
    "grader/forking/seccomp.py": "becomes the program that it was started with, in the sandbox",
    "grader/forking/server.py": "starts itself anew, in the environment that the fork server was given",
}


def starts(source: str) -> Iterator[tuple[int, str | None]]:
    """The lines that start a process, and the source of the environment that they give it."""
    tree = ast.parse(source)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        module, _, function = name.rpartition(".")
        starter = (
            (module == "subprocess" and function in STARTERS)
            or (module == "asyncio" and function in ASYNCIO)
            or (module == "os" and function.startswith(("exec", "spawn", "posix_spawn", "popen")))
            or name in ("os.system", "psutil.Popen", "pty.spawn")
        )
        if not starter:
            continue
        given = [word.value for word in call.keywords if word.arg == "env"]
        if module == "os" and function.endswith("e"):
            given = call.args[-1:]
        yield call.lineno, _meaning(given[0], tree, call) if given else None


def _meaning(value: ast.expr, tree: ast.Module, call: ast.Call) -> str:
    """The source of an expression, and of what its local variables were given.

    Where a parameter is handed on, it is that of the call that says the least.
    """
    text, names = ast.unparse(value), {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for function in (node for node in functions if call in ast.walk(node)):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names:
                text += f" {ast.unparse(node.value)}"
        if isinstance(value, ast.Name) and value.id in {a.arg for a in function.args.args}:
            calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
            mine = [node for node in calls if ast.unparse(node.func) == function.name]
            words = [(w.value, node) for node in mine for w in node.keywords if w.arg == value.id]
            meanings = [_meaning(word, tree, node) for word, node in words]
            if len(meanings) < len(mine) or not meanings:
                return ""
            return next((said for said in meanings if not known(said)), meanings[0])
    return text


def known(environment: str | None) -> bool:
    return environment is not None and any(sign in environment for sign in KNOWN)


def unknown_starts(root: Path) -> list[str]:
    return [
        f"{file.relative_to(root)}:{line}"
        for file in sorted(root.rglob("*.py"))
        if str(file.relative_to(root)) not in EXCEPTIONS
        for line, environment in starts(file.read_text(encoding="utf-8"))
        if not known(environment)
    ]


def test_each_start_says_the_environment() -> None:
    assert unknown_starts(UTILS) == []


def test_the_exceptions_start_processes() -> None:
    for name in EXCEPTIONS:
        assert list(starts((UTILS / name).read_text(encoding="utf-8"))), name


@pytest.mark.parametrize(
    "source",
    [
        "subprocess.run(['git'])",
        "subprocess.Popen(['git'], env=dict(os.environ))",
        "subprocess.run(['git'], env=os.environ | known.switches)",
        "def f():\n    env = {**os.environ}\n    subprocess.run(['git'], env=env)",
        "def f(env):\n    subprocess.run(['git'], env=env)\nf(env=os.environ)\nf(env=known.environment())",
        "os.execv('git', [])",
        "os.execve('git', [], os.environ)",
        "os.system('git')",
        "asyncio.create_subprocess_exec('git')",
    ],
)
def test_a_start_without_is_found(tmp_path: Path, source: str) -> None:
    (tmp_path / "program.py").write_text(source)
    assert unknown_starts(tmp_path)


def test_nobody_imports_the_starters_by_their_bare_names() -> None:
    for file in UTILS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in ("subprocess", "os", "asyncio"):
                assert not {alias.name for alias in node.names} & {*STARTERS, *ASYNCIO, "system"}
