"""An input transformer of IPython turns every later cell, tests included, into nothing."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass"])
"""
