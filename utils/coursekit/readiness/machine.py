"""Failures of the machine and the image, each with the check that catches it; see ``failures``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np

from churn import features
from churn.registry import folders
from churn.serving import deployment
from churn.serving.champions import Champions, FolderSource
from coursekit.readiness.rows import Seen, nothing
from coursekit.readiness.system import System, ask, predict, records, with_service

#: Scores of two engines, or of training and serving, may differ by so much.
PARITY = 1e-5


def stack(system: System) -> Seen:
    """What the image will install is what the model was tried with here."""
    pins = re.findall(r"^([\w.-]+)==(\S+)", system.lock, re.MULTILINE)
    here = [(name, version) for name, version in pins if name in system.installed]
    other = [f"{n} {v} is locked, {system.installed[n]} is here" for n, v in here
             if system.installed[n] != v]  # fmt: skip
    if not here:
        return Seen(False, "no locked package is installed here")
    return nothing(other, "every locked package that is here has its version")


def engines(system: System) -> Seen:
    """The engine that serves computes what the one that trained did."""
    some = system.delivery.head(200)
    trained = system.model.predict_proba(features.features(some))[:, 1]
    served = np.asarray(system.champion.score(records(some)))
    apart = float(np.abs(trained - served).max())
    return Seen(apart <= PARITY, "same scores" if apart <= PARITY else f"{apart:.3f} apart")


def crash_loop(system: System) -> Seen:
    """Without a model the process stays up and says so, instead of ending again and again."""
    champions = Champions(FolderSource(system.folder / "nothing"), system.public_key)
    alone = with_service(system, champions=champions)
    health, ready = ask(alone, ("GET", "/health", None), ("GET", "/ready", None))
    found = (health.status_code, ready.status_code)
    return Seen(found == (200, 503), f"health {found[0]}, ready {found[1]}")


def image(system: System) -> Seen:
    """The image is made from what is pinned, by the company's policy."""
    return nothing(deployment.dockerfile_policy(system.dockerfile), "pinned, and not root")


def provisioning(system: System) -> Seen:
    """Each container says what it needs and what it may take, and there is more than one copy."""
    found = _policy(system, "under requests", "under limits", "one copy")
    return nothing(found, "requests, limits, copies")


def probes(system: System) -> Seen:
    """What Kubernetes asks is what the service answers."""
    found = _policy(system, "Probe")
    paths = sorted(set(deployment.PROBES.values()))
    asked = ask(system, *(("GET", path, None) for path in paths))
    found += [f"{path} answers {one.status_code}" for path, one in zip(paths, asked, strict=True)
              if one.status_code != 200]  # fmt: skip
    return nothing(found, "answered")


def permissions(system: System) -> Seen:
    """Who has a key gets in, and nobody else."""
    body = ("GET", "/v1/champion", None)
    codes = (ask(system, body)[0].status_code, ask(system, body, key="a guess")[0].status_code)
    # After some guesses the service does not look at more of them for a while.
    holds = codes[0] == 200 and codes[1] in (401, 429)
    return Seen(holds, f"with the key {codes[0]}, with a guess {codes[1]}")


def storage(system: System) -> Seen:
    """What must be written can be written: an answer is given only if its row is kept."""
    predicted, ready = ask(system, ("POST", "/v1/predict", system.record), ("GET", "/ready", None))
    codes = (predicted.status_code, ready.status_code)
    return Seen(
        codes == (200, 200), "kept" if codes == (200, 200) else str(predicted.json()["detail"])
    )


def artifacts(system: System) -> Seen:
    """The model's files arrive where they are served as they were when they were approved."""
    source = FolderSource(system.package.parent)
    with tempfile.TemporaryDirectory() as scratch:
        source.fetch(system.champion.version, Path(scratch) / "model")
        same = folders.digest(Path(scratch) / "model") == system.facts["tag.digest"]
    return Seen(same, "the approved fingerprint" if same else "not the files that were approved")


def log_place(system: System) -> Seen:
    """A prediction is found where monitoring reads."""
    told = predict(system)
    system.service.recorder.move()
    kept = bool(system.store.rows(prediction_id=told["prediction_id"]))
    return Seen(kept, "found by its id" if kept else "not in the evaluation store")


def _policy(system: System, *words: str) -> list[str]:
    found = deployment.policy(system.manifests)
    return [one for one in found if any(word in one for word in words)]
