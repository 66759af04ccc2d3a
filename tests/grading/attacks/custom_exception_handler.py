"""set_custom_exc handles every exception by saying nothing."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
get_ipython().set_custom_exc((BaseException,), lambda *arguments, **options: None)
"""
