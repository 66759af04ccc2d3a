"""A perfect notebook was graded before; the newer one kills its kernel to keep the older score."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
SOLVED_BEFORE = True
CODE = """
import os

os._exit(1)
"""
