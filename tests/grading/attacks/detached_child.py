"""A child in a session of its own, forked twice, goes on after the kernel is gone."""

FORGED = ("double-test",)
CODE = '''
import subprocess
import sys

SCRIPT = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(30)", "attackmark-child"])
"""
subprocess.run([sys.executable, "-c", SCRIPT])
double = None
'''
