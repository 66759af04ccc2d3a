"""The notebook was opened with a kernel that is not on this machine."""

STATUS = "graded"
REASON = ""
SCORE = 9


def fault(notebook):
    notebook.metadata.kernelspec = {
        "name": "conda-env-mine-py",
        "display_name": "mine",
        "language": "python",
    }
    return notebook
