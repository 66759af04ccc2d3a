"""The grader's own interpreter start: .pth files, usercustomize and a PYTHONSTARTUP in the home folder."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import os
import pathlib
import site

TEXT = "open('/tmp/attackmark-file-startup', 'w').close()"
home = pathlib.Path(os.environ.get("TMPDIR", "/tmp")).parent / "nowhere"
for folder in (pathlib.Path.cwd(), pathlib.Path.cwd().parent, pathlib.Path.cwd() / ".ipython"):
    for name in ("usercustomize.py", "sitecustomize.py", "x.pth", ".pythonrc.py", "pandas.py"):
        try:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(TEXT if name.endswith(".py") else f"import os; {TEXT}")
        except OSError:
            pass
"""
