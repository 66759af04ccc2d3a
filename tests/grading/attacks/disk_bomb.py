"""Two hundred megabytes in files, wherever they can be written."""

FORGED = ("double-test",)
HARMFUL = True
CODE = """
import pathlib

for folder in (pathlib.Path.cwd(), *map(pathlib.Path, ("/tmp", "/dev/shm", "/var/tmp"))):
    for part in range(10):
        try:
            (folder / f"attackmark-file-{part}").write_bytes(b"x" * 5_000_000)
        except OSError:
            pass
double = None
"""
