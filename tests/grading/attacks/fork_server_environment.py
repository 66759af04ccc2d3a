"""The environment that the parent of all kernels was started with is read from every place it is in."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import ctypes
import os
import pathlib

for path in (*pathlib.Path("/proc").glob("[0-9]*/environ"), pathlib.Path("/proc/self/environ")):
    try:
        print(path.read_bytes())
    except OSError:
        pass
words = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
print([words[number] for number in range(5) if words[0]])
with open("/proc/self/maps") as maps:
    (stack,) = [line for line in maps if "[stack]" in line]
start, end = (int(word, 16) for word in stack.split()[0].split("-"))
with open("/proc/self/mem", "rb", buffering=0) as memory:
    memory.seek(start)
    text = memory.read(end - start)
place = text.find(b"-the-instructors-" + b"secret")
print(text[max(0, place - 60) : place + 60] if place >= 0 else "")
double = None
"""
