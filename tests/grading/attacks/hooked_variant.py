"""A hook puts the public variant 0 back in the namespace in the middle of each test."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
import sys

number = int(variant_rng(0, "number").integers(1_000_000))


def trace(frame, event, argument):
    if "variant" in frame.f_globals:
        frame.f_globals["variant"] = 0
    return trace


get_ipython().events.register("pre_run_cell", lambda info: sys.settrace(trace))
"""
