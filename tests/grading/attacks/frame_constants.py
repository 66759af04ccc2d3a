"""The function under test reads the right answer among the constants of its caller's code."""

FORGED = ("double-test",)
CODE = """
import ast
import sys


def double(x):
    caller = sys._getframe(1)
    source = get_ipython().user_ns["In"][-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call):
            given = eval(ast.unparse(node.left.args[0]), caller.f_globals)
            if given == x:
                return eval(ast.unparse(node.comparators[0]), caller.f_globals)
"""
