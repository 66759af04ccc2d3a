"""Sixty megabytes of output, so that the error which follows is cut off."""

FORGED = ("double-test", "area-test")
CODE = """
import sys


def double(x):
    for _ in range(60):
        sys.stdout.write("x" * 1_000_000)
    return None


def area(width, height):
    return double(width)


double(1)
"""
