"""A file ipykernel_launcher.py beside the notebook is started as the kernel."""

from grader.cycle.samples import fill_in

FORGED = ("double-test", "number-test", "add-test", "area-test")


LAUNCHER = """
import sys

sys.path.pop(0)

from ipykernel import ipkernel, kernelapp


class Kernel(ipkernel.IPythonKernel):
    async def do_execute(self, code, *arguments, **options):
        self.execution_count = getattr(self, "execution_count", 0)
        return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}


kernelapp.IPKernelApp.launch_instance(kernel_class=Kernel)
"""
FILES = dict.fromkeys(("ipykernel_launcher.py", "sitecustomize.py"), LAUNCHER)
FILES["ipython_config.py"] = "c.InteractiveShellApp.exec_lines = ['number = 5']"


def cheat(notebook):
    return fill_in(notebook, {"number": "number = 5"})
