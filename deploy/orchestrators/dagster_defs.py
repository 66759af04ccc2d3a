"""The month as Dagster assets: ``dagster job execute -f dagster_defs.py -j month``."""

import os
import subprocess

from dagster import AssetsDefinition, Definitions, RetryPolicy, ScheduleDefinition
from dagster import asset, define_asset_job

JOBS = ("setup", "feature_tables", "train", "deploy", "batch_inference", "monitor", "retrain")


def made_by(job: str, needs: tuple[str, ...]) -> AssetsDefinition:
    @asset(name=job, deps=needs, retry_policy=RetryPolicy(max_retries=1))
    def run() -> None:
        subprocess.run(f"{os.environ['CHURN_PIPELINE']} {job}", shell=True, check=True)

    return run


assets = [made_by(job, JOBS[max(0, n - 1) : n]) for n, job in enumerate(JOBS)]
month = define_asset_job("month", assets)
monthly = ScheduleDefinition(job=month, cron_schedule="0 6 1 * *")
defs = Definitions(assets=assets, jobs=[month], schedules=[monthly])
