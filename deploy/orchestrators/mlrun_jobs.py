"""The month as MLRun runs: ``python mlrun_jobs.py``. Without its service MLRun keeps no graph."""

import subprocess

import mlrun

JOBS = ("setup", "feature_tables", "train", "deploy", "batch_inference", "monitor", "retrain")


def job(context: mlrun.MLClientCtx, name: str) -> None:
    subprocess.run(f"$CHURN_PIPELINE {name}", shell=True, check=True)
    context.log_result("job", name)


if __name__ == "__main__":
    for name in JOBS:
        function = mlrun.new_function(name.replace("_", "-"), kind="local")
        done = function.run(handler=job, params={"name": name}, local=True)
        if (done.status.results or {}).get("job") != name:  # without a service nothing is raised
            raise SystemExit(f"{name} failed")
