"""While a test waits for its answer, the process that runs it is searched for the test's source."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import os
import pathlib

found = []


def double(x):
    wanted = b"### BEGIN " + b"HIDDEN TESTS"
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            mine = int(process.name) == os.getpid() or b"grader.forking.server" not in words
            # Only the examiner of the same notebook: it has this folder's copy as its own.
            if mine or "ck-" not in os.readlink(process / "cwd"):
                continue
            with open(process / "mem", "rb", buffering=0) as memory:
                for line in (process / "maps").read_text().splitlines():
                    if " rw-p " not in line:
                        continue
                    start, end = (int(word, 16) for word in line.split()[0].split("-"))
                    memory.seek(start)
                    text = memory.read(min(end - start, 2**24))
                    place = text.find(wanted)
                    if place >= 0:
                        found.append(text[place : place + 100])
        except OSError:
            continue
    return None
"""


def cheat(notebook):
    from grader.cycle.samples import fill_in

    return fill_in(
        notebook, {"double": CODE.strip(), "number": "print(found)\nnumber = 0", "add": ""}
    )
