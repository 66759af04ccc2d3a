"""A run of Flower: every message is kept, no process stays, and what goes wrong is said."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from coursekit.environment import known, tools
from coursekit.exercises import federation
from coursekit.exercises.federation import FederationError, end, run_flower

SERVER = """
import numpy as np
from flwr.app import ArrayRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg
app = ServerApp()
@app.main()
def main(grid, context):
    strategy = FedAvg(fraction_evaluate=0.0)
    result = strategy.start(grid, ArrayRecord([np.zeros(2)]), num_rounds=context.run_config["rounds"])
    np.save(context.run_config["out"] + "/weights.npy", result.arrays.to_numpy_ndarrays()[0])
"""
CLIENT = """
import os
import subprocess
import numpy as np
from flwr.app import ArrayRecord, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp
app = ClientApp()
@app.train()
def train(message, context):
    with open(context.node_config["region"]) as file:
        target, count = map(float, file.read().split())
    if target < 0:
        raise ValueError("below zero")
    if context.run_config.get("lingers"):
        subprocess.Popen(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    weights = message.content["arrays"].to_numpy_ndarrays()[0]
    answer = ArrayRecord([np.array([(weights[0] + target) / 2, os.getpid()])])
    metrics = MetricRecord({"num-examples": int(count)})
    return Message(RecordDict({"arrays": answer, "metrics": metrics}), reply_to=message)
"""


def federation_of(folder: Path, **regions: str) -> tuple[Path, Path, Path]:
    app, files = folder / "app", folder / "regions"
    app.mkdir()
    files.mkdir()
    (app / "server_app.py").write_text(SERVER)
    (app / "client_app.py").write_text(CLIENT)
    for name, content in regions.items():
        (files / name).write_text(content)
    return app, files, folder / "out"


def test_without_flower_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "python_of", lambda name: None)
    with pytest.raises(tools.ToolError, match="make tools TOOLS=flower"):
        run_flower(tmp_path, tmp_path, tmp_path / "out", {})
    assert not (tmp_path / "out").exists()


@pytest.mark.needs("flower")
def test_the_average_counts_customers_and_every_byte_is_kept(tmp_path: Path) -> None:
    app, files, out = federation_of(tmp_path, East="8 100", North="0 300")
    sent = run_flower(app, files, out, {"rounds": 2})
    # From 0: East says 4, North 0, a quarter and three quarters; then 4.5 and 0.5.
    assert np.load(out / "weights.npy")[0] == pytest.approx(0.25 * 4.5 + 0.75 * 0.5)
    ways = [(message.number, message.way, message.region) for message in sent]
    regions = ("East", "North", "East", "North")
    assert ways == [(i, way, r) for i, r in enumerate(regions, 1) for way in ("to", "from")]
    asked, answer = sent[2].content, sent[3].content
    assert b"num-examples" in answer
    assert b"num-examples" not in asked
    array = answer[answer.index(b"\x93NUMPY") :]
    first, process = np.frombuffer(array[128:144])
    assert first == 0.0
    others = {np.frombuffer(m.content[m.content.index(b"\x93NUMPY") + 128 :][:16])[1]
              for m in sent if m.way == "from"}  # fmt: skip
    assert len(others) == 2, "each region has a process of its own, the same in every round"
    assert not psutil.pid_exists(int(process))


@pytest.mark.needs("flower")
def test_a_region_that_fails_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    app, files, out = federation_of(tmp_path, East="8 100", North="-1 300")
    with pytest.raises(FederationError, match=r"(?s)below zero\n.*North gave up"):
        run_flower(app, files, out, {"rounds": 1})


@pytest.mark.needs("flower")
def test_what_a_run_leaves_behind_is_ended_and_said(tmp_path: Path) -> None:
    app, files, out = federation_of(tmp_path, East="8 100", North="0 300")
    with pytest.raises(FederationError, match="left 2 processes behind"):
        run_flower(app, files, out, {"rounds": 1, "lingers": 1})
    assert json.loads((app / "settings.json").read_text())["out"] == str(out)


@pytest.mark.needs("linux")
def test_only_what_belongs_to_the_session_is_ended() -> None:
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    ours, others = (
        subprocess.Popen(words, env=known.environment(), start_new_session=True) for _ in range(2)
    )
    try:
        assert end(ours.pid) == 1
        assert ours.wait() == -signal.SIGKILL
        assert end(ours.pid) == 0
        assert others.poll() is None
    finally:
        os.kill(others.pid, signal.SIGKILL)
        others.wait()
    assert federation.end(others.pid) == 0
