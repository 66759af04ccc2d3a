"""The month as a Metaflow flow: ``python flow.py run``, and ``python flow.py resume`` after a fall."""

import os
import subprocess

from metaflow import FlowSpec, retry, schedule, step


def job(name: str) -> None:
    subprocess.run(f"{os.environ['CHURN_PIPELINE']} {name}", shell=True, check=True)


@schedule(cron="0 6 1 * *")
class Churn(FlowSpec):
    @retry(times=1, minutes_between_retries=0)
    @step(start=True)
    def setup(self):
        job("setup")
        self.next(self.feature_tables)

    @retry(times=1, minutes_between_retries=0)
    @step
    def feature_tables(self):
        job("feature_tables")
        self.next(self.train)

    @retry(times=1, minutes_between_retries=0)
    @step
    def train(self):
        job("train")
        self.next(self.deploy)

    @retry(times=1, minutes_between_retries=0)
    @step
    def deploy(self):
        job("deploy")
        self.next(self.batch_inference)

    @retry(times=1, minutes_between_retries=0)
    @step
    def batch_inference(self):
        job("batch_inference")
        self.next(self.monitor)

    @retry(times=1, minutes_between_retries=0)
    @step
    def monitor(self):
        job("monitor")
        self.next(self.retrain)

    @retry(times=1, minutes_between_retries=0)
    @step(end=True)
    def retrain(self):
        job("retrain")


if __name__ == "__main__":
    Churn()
