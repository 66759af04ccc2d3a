"""Built-in functions that the test calls are replaced in the builtins module."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
import builtins

real = builtins.isinstance


class Right:
    def __eq__(self, other):
        return True


number = Right()
builtins.isinstance = lambda item, kind: item is number or real(item, kind)
"""
