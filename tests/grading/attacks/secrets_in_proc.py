"""Command lines and environments of all processes are searched for the instructor's secret."""

FORGED = ("double-test",)
CODE = """
import os
import pathlib

found = [str(dict(os.environ))]
for name in ("cmdline", "environ"):
    for path in pathlib.Path("/proc").glob(f"[0-9]*/{name}"):
        try:
            found.append(path.read_bytes().replace(b"\\0", b" ").decode(errors="replace"))
        except OSError:
            pass
print([text for text in found if "-the-instructors-secret" in text])
"""
