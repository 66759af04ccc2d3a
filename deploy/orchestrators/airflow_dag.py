"""The month as an Airflow DAG: a file in the scheduler's DAGs folder, or ``dag.test()`` without one."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, chain

JOBS = ("setup", "feature_tables", "train", "deploy", "batch_inference", "monitor", "retrain")

with DAG(
    "churn",
    schedule="@monthly",
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(0)},
) as dag:
    chain(*(BashOperator(task_id=job, bash_command=f"$CHURN_PIPELINE {job}") for job in JOBS))

if __name__ == "__main__":
    dag.test()
