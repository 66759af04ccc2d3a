"""Two hundred processes that sleep, each in a session of its own."""

FORGED = ("double-test",)
HARMFUL = True
CODE = """
import os
import subprocess
import sys

for _ in range(200):
    try:
        subprocess.Popen(["attackmark-child", "20"], executable="/bin/sleep", start_new_session=True)
    except OSError:
        break
double = None
"""
