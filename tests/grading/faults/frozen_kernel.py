"""The kernel's process is stopped and answers nothing any more."""

STATUS = "graded"
REASON = "timeout"
SCORE = 2
HARMFUL = True


def fault(notebook):
    cells = {cell.id: cell for cell in notebook.cells}

    cells["number"].source = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"
    return notebook
