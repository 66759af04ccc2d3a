"""Valid JSON, but of something else."""

STATUS = "failed"
REASON = "not a notebook"
SCORE = 0


def fault(notebook):
    return '{"name": "package.json", "version": "1.0"}'
