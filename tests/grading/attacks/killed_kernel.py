"""The kernel kills itself in the middle of the first test."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import os
import signal


def double(x):
    os.kill(os.getpid(), signal.SIGKILL)
"""
