"""The function under test ends its process with code 0, so that no error is seen."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import os


def double(x):
    os._exit(0)
"""
