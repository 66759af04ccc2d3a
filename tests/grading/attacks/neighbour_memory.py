"""Another kernel's memory is read and overwritten through /proc/pid/mem, and it is traced."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import ctypes
import glob
import os
import pathlib

wanted = b"attackmark-the-" + b"neighbours-secret"
libc = ctypes.CDLL(None)
ATTACH, DETACH = 16, 17

# Without a sandbox the kernels of other gradings on this machine are not meant.
base = os.path.abspath("../../..")
for sign in glob.glob("/proc/[0-9]*/cwd/attackmark-neighbour"):
    process = pathlib.Path("/proc", sign.split("/")[2])
    if int(process.name) == os.getpid() or not os.readlink(process / "cwd").startswith(base):
        continue
    libc.ptrace(ATTACH, int(process.name), None, None)
    try:
        areas = (process / "maps").read_text().splitlines()
        memory = open(process / "mem", "r+b", buffering=0)
    except OSError:
        continue
    for area in areas:
        if " rw-p " not in area:
            continue
        start, end = (int(word, 16) for word in area.split()[0].split("-"))
        try:
            memory.seek(start)
            content = memory.read(min(end - start, 2**30))
        except (OSError, OverflowError):
            continue
        place = content.find(wanted)
        while place >= 0:
            print(content[place : place + 40])
            memory.seek(start + place)
            memory.write(wanted[::-1])
            place = content.find(wanted, place + 1)
    libc.ptrace(DETACH, int(process.name), None, None)
double = None
"""
