"""The manifest's command runs as it will in its container, and its probes are answered.

There is no engine for containers here. Bubblewrap stands in for what the manifest asks of one:
another user without rights, a root that is read-only, and nothing to write to but the volumes that
are not. The database is out of reach, which the service has to live with.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
import yaml

from churn import data, features, schema, training
from churn.registry import packaging
from churn.registry.supply_chain import signing
from churn.serving.access import fingerprint
from churn.serving.feast_lookup import open_record_store
from coursekit import paths
from coursekit.environment.ports import free_port

ROOT = paths.course_root()
POD = yaml.safe_load((ROOT / "deploy/kubernetes/deployment.yaml").read_text())["spec"]["template"]
SERVING: dict[str, Any] = POD["spec"]["containers"][0]
KEY = "secret"

pytestmark = pytest.mark.needs("linux", "sandbox")


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each volume of the manifest, with what lies in it when the service starts."""
    root = tmp_path_factory.mktemp("volumes")
    for volume in POD["spec"]["volumes"]:
        (root / volume["name"]).mkdir()
    customers = data.load("synthetic", n=600, seed=5)
    model = training.make_model("logistic").fit(*features.xy(customers))
    packaging.package(model, customers, root / "models" / "1", threshold=0.24)
    private, public = signing.make_keys(root)
    signing.sign(root / "models" / "1", private)
    (root / "models" / "champion").write_text("1")
    shutil.copy(public, root / "config" / "signing.pub")
    settings = json.dumps({"budget": 30, "poll": 0.1})
    (root / "config" / "settings.json").write_text(settings)
    (root / "keys" / "keys.json").write_text(json.dumps({"tests": fingerprint(KEY)}))
    open_record_store(root / "features", customers.head(20), pd.Timestamp.now(tz="UTC"))
    return root


def command(volumes: Path, program: list[str]) -> list[str]:
    """``program`` as the manifest has its container run."""
    security = {**POD["spec"]["securityContext"], **SERVING["securityContext"]}
    words = ["bwrap", "--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc"]
    words += ["--uid", str(security["runAsUser"]), "--gid", str(security["runAsGroup"])]
    words += ["--cap-drop", security["capabilities"]["drop"][0]]
    words += ["--ro-bind" if security["readOnlyRootFilesystem"] else "--bind", "/", "/"]
    words += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/srv"]
    words += ["--ro-bind", str(ROOT / "utils/churn"), "/srv/code/churn"]
    for mount in SERVING["volumeMounts"]:
        bind = "--ro-bind" if mount.get("readOnly") else "--bind"
        words += [bind, str(volumes / mount["name"]), mount["mountPath"]]
    for mount in SERVING["volumeMounts"]:  # a volume hides what lies below: a checkout in /tmp
        if ROOT.is_relative_to(mount["mountPath"]):
            words += ["--ro-bind", sys.prefix, sys.prefix]
    words += ["--remount-ro", "/srv", "--clearenv"]
    for name, value in environment().items():
        words += ["--setenv", name, value]
    return [*words, *program]


def environment() -> dict[str, str]:
    """What image and manifest set, and a password for the secret."""
    dockerfile = re.sub(r"\\\n", " ", (ROOT / "deploy/Dockerfile").read_text())
    lines = [line for line in dockerfile.splitlines() if line.startswith("ENV ")]
    found = {name: value for line in lines for name, value in re.findall(r"(\w+)=(\S+)", line)}
    assert found.pop("PATH")  # of the image's own packages; here they are the course's
    given = {one["name"]: one.get("value", "password") for one in SERVING["env"]}
    return {**found, **given}


@contextmanager
def running(volumes: Path, log: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = free_port()
    program = [sys.executable, "-m", "churn.serving", *SERVING["args"]]
    program += ["--host=127.0.0.1", f"--port={port}"]  # the last word counts
    with log.open("wb") as out:
        process = subprocess.Popen(command(volumes, program), stdout=out, stderr=out, env={})
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(60)


def probe(name: str, base: str, process: subprocess.Popen[bytes], log: Path) -> int:
    """The status that a probe of the manifest gets, once there is somebody to ask."""
    for _ in range(3000):
        try:
            path = SERVING[name]["httpGet"]["path"]
            return httpx.get(f"{base}{path}", timeout=60, trust_env=False).status_code
        except httpx.TransportError:
            assert process.poll() is None, log.read_text()[-3000:]
            time.sleep(0.1)
    raise AssertionError("nobody answers")


def test_the_service_runs_in_what_the_manifest_gives_it(volumes: Path, tmp_path: Path) -> None:
    log, champion = tmp_path / "log", volumes / "models" / "champion"
    table = data.load("synthetic", n=600, seed=5)
    with running(volumes, log) as (base, process):
        assert probe("startupProbe", base, process, log) == 200
        assert probe("readinessProbe", base, process, log) == 200
        request = {schema.ID: str(table[schema.ID].iloc[3])}
        answer = httpx.post(
            f"{base}/v1/predict", json=request, headers={"x-api-key": KEY}, timeout=60, trust_env=False
        )  # fmt: skip
        assert (answer.status_code, answer.json()["source"]) == (200, "model"), answer.text
        # Without a champion it gets no requests, and is not restarted for it.
        champion.unlink()
        for _ in range(600):
            if probe("readinessProbe", base, process, log) == 503:
                break
            time.sleep(0.1)
        assert probe("readinessProbe", base, process, log) == 503
        assert probe("livenessProbe", base, process, log) == 200
        champion.write_text("1")
    (segment,) = (volumes / "journal").glob("*.jsonl")
    assert json.loads(segment.read_text())["customer_id"] == request[schema.ID]


def test_what_is_not_a_writable_volume_cannot_be_written(volumes: Path, tmp_path: Path) -> None:
    code = (
        "import os\n"
        "def writable(folder):\n"
        "    try:\n"
        "        open(folder + '/x', 'w').close()\n"
        "    except OSError:\n"
        "        return False\n"
        "    return True\n"
        "places = ['/', '/srv', '/srv/code/churn', '/usr', *MOUNTS]\n"
        "print(os.getuid(), [place for place in places if writable(place)])\n"
    ).replace("MOUNTS", repr([mount["mountPath"] for mount in SERVING["volumeMounts"]]))
    done = subprocess.run(
        command(volumes, [sys.executable, "-c", code]), capture_output=True, text=True, env={}
    )
    assert done.stdout.strip() == "10001 ['/srv/journal', '/tmp']", done.stderr
