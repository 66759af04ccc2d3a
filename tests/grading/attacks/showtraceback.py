"""Errors are not shown: IPython's showtraceback does nothing."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
shell = get_ipython()
shell.showtraceback = shell._showtraceback = lambda *arguments, **options: None
"""
