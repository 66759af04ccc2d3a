"""``python -m churn.pipeline``."""

from churn.pipeline.commands import app

if __name__ == "__main__":
    app(prog_name="churn-pipeline")
