"""File names and texts that are no UTF-8, lone surrogates, control characters, a name of 255 bytes."""

FORGED = ("double-test",)
CODE = """
import os

for name in (b"\\xff\\xfe", b"new\\nline", b"x" * 255, b"-rf", b"$(touch attackmark)", b" "):
    open(name, "wb").close()


def double(x):
    raise ValueError("\\ud800 \\x1b[2J \\x00")


print("\\x1b]0;title\\x07 \\x00")
"""
