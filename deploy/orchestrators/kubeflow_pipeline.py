"""The month as a Kubeflow pipeline: ``kfp dsl compile --py kubeflow_pipeline.py --output churn.yaml``.

``python kubeflow_pipeline.py`` runs it on this machine, without a cluster.
"""

from kfp import dsl, local

JOBS = ("setup", "feature_tables", "train", "deploy", "batch_inference", "monitor", "retrain")


@dsl.component(base_image="churn:1", install_kfp_package=False)
def job(name: str):  # type: ignore[no-untyped-def]
    import os
    import subprocess

    subprocess.run(f"{os.environ['CHURN_PIPELINE']} {name}", shell=True, check=True)


@dsl.pipeline(name="churn")
def churn():  # type: ignore[no-untyped-def]
    tasks = []
    for name in JOBS:
        tasks.append(job(name=name).set_display_name(name).set_retry(1, backoff_duration="0s"))
        if len(tasks) > 1:
            tasks[-1].after(tasks[-2])


if __name__ == "__main__":
    local.init(runner=local.SubprocessRunner(use_venv=False), raise_on_error=True)
    churn()
