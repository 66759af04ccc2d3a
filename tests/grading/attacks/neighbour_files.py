"""Other kernels' folders are looked for in /tmp, in the own folder's parents, and in every mount."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import pathlib

mounts = [line.split()[4] for line in open("/proc/self/mountinfo")]
base = pathlib.Path.cwd().parents[2]
places = [base, pathlib.Path("/tmp"), *(pathlib.Path(name) for name in mounts if "ck-" in name)]
places += pathlib.Path("/proc").glob("[0-9]*/root/tmp")
for place in places:
    for pattern in ("attackmark-neighbour", "*/*/work/attackmark-neighbour"):
        try:
            for path in place.glob(pattern):
                print(path.read_text())
        except OSError:
            pass
double = None
"""
