"""The month as Dagster assets: ``python dagster_defs.py``, and ``… resume`` after a fall."""

import os
import subprocess
import sys

import dagster as dg

JOBS = ("setup", "feature_tables", "train", "deploy", "batch_inference", "monitor", "retrain")


def made_by(job: str, *needs: str) -> dg.AssetsDefinition:
    @dg.asset(name=job, deps=needs, retry_policy=dg.RetryPolicy(max_retries=1))
    def run() -> None:
        subprocess.run(f"{os.environ['CHURN_PIPELINE']} {job}", shell=True, check=True)

    return run


assets = [made_by(job, *JOBS[max(0, n - 1) : n]) for n, job in enumerate(JOBS)]
month = dg.define_asset_job("month", assets)
monthly = dg.ScheduleDefinition(job=month, cron_schedule="0 6 1 * *")
defs = dg.Definitions(
    assets=assets, jobs=[month], schedules=[monthly], executor=dg.in_process_executor
)


def churn() -> dg.JobDefinition:
    return defs.resolve_job_def("month")


if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        again = None
        if sys.argv[1:] == ["resume"]:
            last = instance.get_runs(limit=1)[0]
            # A run whose process is gone counts as running, until somebody (Dagster's daemon) looks.
            instance.report_run_failed(last)
            again = dg.ReexecutionOptions.from_failure(last.run_id, instance)
        job = dg.reconstructable(churn)
        result = dg.execute_job(job, instance, reexecution_options=again)
    sys.exit(not result.success)
