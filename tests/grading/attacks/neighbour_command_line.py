"""The command lines and environments of all processes are searched for another learner's secret."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import pathlib

wanted = b"-the-neighbours-secret"
for name in ("cmdline", "environ"):
    for path in pathlib.Path("/proc").glob(f"[0-9]*/{name}"):
        try:
            found = path.read_bytes()
        except OSError:
            continue
        if wanted in found:
            print(found)
double = None
"""
