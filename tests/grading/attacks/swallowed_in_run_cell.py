"""The shell's run_cell is wrapped: it reports success whatever happens."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
from IPython.core.interactiveshell import ExecutionResult

shell = get_ipython()


async def run_cell_async(source, *arguments, **options):
    result = ExecutionResult(None)
    result.execution_count = shell.execution_count
    return result


shell.run_cell_async = run_cell_async
shell.run_cell = lambda *arguments, **options: ExecutionResult(None)
shell.should_run_async = lambda *arguments, **options: True
"""
