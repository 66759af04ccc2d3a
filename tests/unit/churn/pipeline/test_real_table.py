"""The seven jobs on a sample of IBM's own table, dealt to months."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from typer import Exit

from churn import data, schema
from churn.data.landing import delivered
from churn.pipeline import commands, tables
from churn.pipeline.config import changes_of, load_config
from churn.pipeline.graph import JOBS, MONTHLY, JobError, due, run_job, run_jobs
from churn.pipeline.jobs.deploy import decided, scorer_of
from churn.pipeline.lineage import origin_of
from churn.pipeline.runs import recorded
from churn.pipeline.stores import Stores
from churn.registry.promotion import CHAMPION
from churn.registry.supply_chain.signing import SignatureError
from churn.scoring.store import ScoreStore


def deliver(home: Path, **given: object) -> None:
    """The command, by its function: what it leaves out has the default of the command."""
    plain = {"source": None, "scenario": "baseline", "until": None, "table": None, "months": 12}
    commands.deliver(home=home, **{**plain, **given})  # type: ignore[arg-type]


@pytest.mark.needs("ibm")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # MLflow's and Feast's own connections
def test_all_jobs_on_a_sample_of_the_real_table(tmp_path: Path) -> None:
    sample = data.load("ibm").sample(6000, random_state=0).reset_index(drop=True)
    data.write_csv(sample, tmp_path / "sample.csv")
    deliver(tmp_path, table=tmp_path / "sample.csv", months=6)
    wider = changes_of(["gate.max_calibration_error=0.08", "gate.draws=200"])
    stores = Stores(load_config("prod", changes=wider), tmp_path)
    *early, last = delivered(stores.landing)
    assert len(early) == 5
    for month in early:
        run_jobs(stores, ["setup", "feature_tables"], month)
    with pytest.raises(JobError, match="two labelled months, and on 2025-05-31 1 are"):
        run_job(stores, "train", early[-1])
    assert due(stores, last) == JOBS
    said = {run.job: run for run in run_jobs(stores, due(stores, last), last)}
    assert due(stores, last) == MONTHLY

    # The champion: trained on the first month, compared with the telco's rule on the second.
    assert stores.promotion.version_of(CHAMPION) == "1"
    assert said["deploy"].said == "version 1 is the champion, the first"
    batch = said["batch_inference"].made["batch"]
    origin = origin_of(stores, batch)
    assert (origin.trained_from, origin.trained_until) == ("2025-01-31", "2025-01-31")
    assert origin.reference == "2025-02-28"
    assert origin.evidence["quality"]["low"] > 0
    # Nobody is in two months: what it was trained on says nothing about those it was judged on.
    months = tables.read(stores.tables, tables.FEATURES, early[0], last)
    assert sorted(months[schema.ID]) == sorted(sample[schema.ID])
    # The scores are of the last month's customers, and are right about who left, as the table says.
    scores = ScoreStore(stores.scores_url).served()
    mine = months.loc[months["as_of"] == last, schema.ID]
    assert sorted(scores[schema.ID]) == sorted(mine)
    assert len(scores) == 1000
    truth = scores.merge(sample, on=schema.ID)
    left = truth[schema.TARGET] == schema.POSITIVE
    assert roc_auc_score(left, truth["probability"]) > 0.8
    # The orders: whoever is worth a voucher, and of those who left more than of the others.
    orders = truth["contact"]
    assert orders.equals(truth["probability"] >= stores.config.campaign.break_even)
    assert said["batch_inference"].said.startswith(f"1,000 customers by version 1, {orders.sum()} ")
    assert orders[left].mean() > 2 * orders[~left].mean() > 0
    # Months that differ by chance alone.
    assert said["monitor"].said.startswith("0 column(s) drifted; on the labels of 2025-02")
    assert said["retrain"].said == "version 1 stays: nothing calls for another"
    assert all(recorded(stores, job, last) == said[job] for job in JOBS)
    a_changed_model_is_not_loaded(stores, last)


def a_changed_model_is_not_loaded(stores: Stores, month: pd.Timestamp) -> None:
    """Loading runs code of a model: who can write where models lie is not run by the pipeline."""
    (code,) = stores.root.glob("artifacts/**/served_model.py")
    code.write_text("raise SystemExit('this code was run')\n" + code.read_text())
    served = ScoreStore(stores.scores_url).served()
    with pytest.raises(JobError, match="batch_inference: the signature does not fit the model"):
        run_job(stores, "batch_inference", month)
    pd.testing.assert_frame_equal(ScoreStore(stores.scores_url).served(), served)
    with pytest.raises(SignatureError), scorer_of(stores, "1"):
        pass
    # With other settings a decision is made anew; nothing is compared with a champion like this.
    other = Stores(load_config("prod", changes=changes_of(["gate.draws=100"])), stores.home)
    with pytest.raises(SignatureError):
        decided(other, "1", "1")


def test_the_command_deals_a_table_to_months(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = data.load("synthetic", n=60, seed=3)
    data.write_csv(table, tmp_path / "table.csv")
    deliver(tmp_path, table=tmp_path / "table.csv", months=3)
    assert capsys.readouterr().out == "3 months delivered\n"
    months = delivered(tmp_path / "landing")
    assert months == list(pd.to_datetime(["2025-01-31", "2025-02-28", "2025-03-31"]))
    wrong = table.assign(gender="male")
    data.write_csv(wrong, tmp_path / "wrong.csv")
    monkeypatch.delenv(data.IBM_CSV, raising=False)
    refused: dict[str, dict[str, object]] = {
        "gender has 60 value(s) outside": {"table": tmp_path / "wrong.csv"},
        "No such file": {"table": tmp_path / "none.csv"},
        "cannot be dealt to 61 months": {"table": tmp_path / "table.csv", "months": 61},
        f"set {data.IBM_CSV} to the file": {"source": "ibm"},
        "unknown source 'IBM': synthetic, ibm": {"source": "IBM"},
        "goes with the source ibm": {"source": "synthetic", "table": tmp_path / "table.csv"},
    }
    for sentence, given in refused.items():
        with pytest.raises(Exit):
            deliver(tmp_path / "other", **given)
        said = capsys.readouterr()
        assert sentence in said.err
        assert said.err.count("\n") == 1
    assert not (tmp_path / "other").exists()
