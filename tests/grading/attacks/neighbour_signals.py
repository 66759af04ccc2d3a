"""Other kernels are killed: those that /proc shows, and through them what they started."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import glob
import os
import signal

# Without a sandbox the kernels of other gradings on this machine are not meant.
base = os.path.abspath("../../..")
for sign in glob.glob("/proc/[0-9]*/cwd/attackmark-neighbour"):
    process = sign.split("/")[2]
    if int(process) != os.getpid() and os.readlink(f"/proc/{process}/cwd").startswith(base):
        os.kill(int(process), signal.SIGKILL)
double = None
"""
