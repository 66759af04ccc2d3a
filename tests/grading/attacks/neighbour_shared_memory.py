"""A named segment of shared memory of another kernel is attached, read and overwritten."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import pathlib
from multiprocessing import resource_tracker, shared_memory

try:
    found = shared_memory.SharedMemory("attackmark-shared")
    resource_tracker.unregister(found._name, "shared_memory")
    print(bytes(found.buf[:40]))
except OSError:
    pass
for path in pathlib.Path("/dev/shm").glob("attackmark*"):
    print(path.read_bytes()[:40])
double = None
"""
