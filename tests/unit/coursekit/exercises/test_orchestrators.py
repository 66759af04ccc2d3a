"""The telco's month in each orchestrator's words: run by the real tool, killed, and gone on with."""

import ast
import itertools
from pathlib import Path

import pytest
import yaml

from churn.pipeline.graph import JOBS, edges
from coursekit.exercises.orchestrators import TOOLS, OrchestratorError, Tool, ask, prepare, run

THIRD = JOBS[2]


def test_dvc_goes_on_where_the_power_went_and_runs_what_a_change_reaches(tmp_path: Path) -> None:
    tool = TOOLS["DVC"]
    prepare(tool, tmp_path)
    cut = run(tool, tmp_path, kill=f"machine {THIRD}")
    assert (cut.started, cut.done) == (list(JOBS[:3]), list(JOBS[:2]))
    assert cut.code < 0
    assert run(tool, tmp_path, resume=True).done == list(JOBS[2:])
    assert run(tool, tmp_path).started == []
    (tmp_path / "delivery" / "customers.csv").write_text("customerID\n2\n")
    # An empty job's record is the same as before, so that nothing after it has to run.
    assert run(tool, tmp_path).started == [JOBS[1]]


def test_dvcs_stages_need_what_the_graph_says() -> None:
    stages = yaml.safe_load(TOOLS["DVC"].text)["stages"]
    made = {next(iter(out)): job for job, stage in stages.items() for out in stage["outs"]}
    found = [
        (made[d], job) for job, stage in stages.items() for d in stage.get("deps", ()) if d in made
    ]
    assert found == edges()
    assert [stage["cmd"] for stage in stages.values()] == [f"$CHURN_PIPELINE {job}" for job in JOBS]


def test_metaflows_steps_need_what_the_graph_says(tmp_path: Path) -> None:
    prepare(TOOLS["Metaflow"], tmp_path)
    # Metaflow's own reading of the class, from its source.
    asked = "from flow import Churn; g = Churn._graph; print([(n.name, s) for n in g for s in n.out_funcs])"
    found = ast.literal_eval(ask(TOOLS["Metaflow"], tmp_path, "-c", asked))
    assert sorted(found) == sorted(edges())


def test_kubeflows_tasks_need_what_the_graph_says(tmp_path: Path) -> None:
    tool = TOOLS["Kubeflow Pipelines"]
    prepare(tool, tmp_path)
    ask(tool, tmp_path, "-c", "from kfp import compiler; from kubeflow_pipeline import churn;"
        "compiler.Compiler().compile(churn, 'churn.yaml')")  # fmt: skip
    compiled = next(yaml.safe_load_all((tmp_path / "churn.yaml").read_text()))
    tasks = compiled["root"]["dag"]["tasks"]
    names = {
        key: one["inputs"]["parameters"]["name"]["runtimeValue"]["constant"]
        for key, one in tasks.items()
    }
    found = [
        (names[before], names[key])
        for key, one in tasks.items()
        for before in one.get("dependentTasks", [])
    ]
    assert sorted(found) == sorted(edges())


@pytest.mark.parametrize("name", ["Kubeflow Pipelines", "Airflow", "Dagster", "MLRun"])
def test_where_a_chain_of_jobs_is_written_down_it_is_the_graph(name: str) -> None:
    """Whether the tool is here or not; how it chains them is seen where it is, by what runs in turn."""
    (jobs,) = [
        ast.literal_eval(line.value)
        for line in ast.parse(TOOLS[name].text).body
        if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "JOBS"
    ]
    assert jobs == JOBS
    assert list(itertools.pairwise(jobs)) == edges()


def test_a_command_that_fails_ends_the_run_and_a_job_that_never_comes_is_said(
    tmp_path: Path,
) -> None:
    tool = TOOLS["DVC"]
    prepare(tool, tmp_path)
    stopped = run(tool, tmp_path, command=["false"])
    assert stopped.code != 0
    assert (stopped.started, stopped.done) == ([JOBS[0]], [])
    with pytest.raises(OrchestratorError, match=THIRD):
        run(tool, tmp_path, command=["false"], kill=f"machine {THIRD}")


def test_a_store_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    broken = Tool("dvc.yaml", (), before=("-c", "raise SystemExit('no room')"))
    with pytest.raises(OrchestratorError, match="no room"):
        prepare(broken, tmp_path)


def test_kubeflows_local_runner_runs_the_graph_and_stops_at_a_killed_job(tmp_path: Path) -> None:
    tool = TOOLS["Kubeflow Pipelines"]
    prepare(tool, tmp_path)
    killed = run(tool, tmp_path, kill=f"job {THIRD}")
    assert killed.code != 0
    assert killed.started == list(JOBS[:3])


def test_metaflow_tries_again_and_comes_to_the_end(tmp_path: Path) -> None:
    tool = TOOLS["Metaflow"]
    prepare(tool, tmp_path)
    killed = run(tool, tmp_path, kill=f"job {THIRD}")
    assert killed.code == 0, killed.said[-2000:]
    assert killed.started == [*JOBS[:3], *JOBS[2:]]


@pytest.mark.needs("airflow")
def test_airflow_tries_again_and_comes_to_the_end(tmp_path: Path) -> None:
    tool = TOOLS["Airflow"]
    prepare(tool, tmp_path)
    killed = run(tool, tmp_path, kill=f"job {THIRD}")
    assert killed.started == [*JOBS[:3], *JOBS[2:]], killed.said[-2000:]
    assert killed.done == list(JOBS)


@pytest.mark.needs("dagster")
def test_dagster_goes_on_where_the_power_went(tmp_path: Path) -> None:
    tool = TOOLS["Dagster"]
    prepare(tool, tmp_path)
    assert run(tool, tmp_path, kill=f"machine {THIRD}").done == list(JOBS[:2])
    again = run(tool, tmp_path, resume=True)
    assert again.done == list(JOBS[2:]), again.said[-2000:]


@pytest.mark.needs("mlrun")
def test_mlrun_without_its_service_runs_the_jobs_and_stops_at_a_killed_one(tmp_path: Path) -> None:
    tool = TOOLS["MLRun"]
    prepare(tool, tmp_path)
    assert run(tool, tmp_path).done == list(JOBS)
    killed = run(tool, tmp_path, kill=f"job {THIRD}")
    assert killed.code != 0
    assert killed.started == list(JOBS[:3])
