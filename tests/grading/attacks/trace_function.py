"""A trace function sets the answer in the instant in which the test knows the right one."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
import sys


def trace(frame, event, argument):
    if "wanted" in frame.f_globals:
        frame.f_globals["number"] = frame.f_globals["wanted"]
    return trace


class Watch:
    def __instancecheck__(self, item):
        return True


number = 5
get_ipython().events.register("pre_run_cell", lambda info: sys.settrace(trace))
"""
