"""The visible cases are hard-coded."""

FORGED = ("double-test",)
CODE = """
double = {2: 4}.get
"""
