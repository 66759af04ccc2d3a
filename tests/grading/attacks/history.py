"""The hidden tests are read from IPython's input history and printed."""

FORGED = ("double-test",)
CODE = """
def double(x):
    print(In[-1])
    print([name for name in globals().get("_ih", []) if "HIDDEN" in name])
"""
