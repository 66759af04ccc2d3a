"""clear_output() takes the error away after the test has failed."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
from IPython.display import clear_output

get_ipython().events.register("post_run_cell", lambda result: clear_output())
get_ipython().events.register("post_execute", clear_output)
"""
