"""An endless loop swallows the interrupt, in a cell and in the function under test."""

FORGED = ("double-test",)
CODE = """
def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
