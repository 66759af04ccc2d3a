"""Dockerfile and manifests keep the linters and the policy, and each rule notices its breach."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from packaging.utils import canonicalize_name

from churn.serving.__main__ import arguments
from churn.serving.deployment import GRACE, dockerfile_policy, policy
from churn.serving.settings import Settings
from coursekit import paths
from coursekit.environment import known
from coursekit.environment.doctor import locked_versions

ROOT = paths.course_root()
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
Manifests = dict[str, Any]


def load() -> Manifests:
    """All manifests by kind; a fresh copy each time."""
    texts = [file.read_text() for file in sorted((DEPLOY / "kubernetes").glob("*.yaml"))]
    return {one["kind"]: one for text in texts for one in yaml.safe_load_all(text)}


def pod(manifests: Manifests) -> Any:
    return manifests["Deployment"]["spec"]["template"]["spec"]


def serving(manifests: Manifests) -> Any:
    return pod(manifests)["containers"][0]


def test_ours_keep_schema_and_policy() -> None:
    manifests = load()
    assert set(manifests) == {"Deployment", "Service", "PodDisruptionBudget", "ConfigMap"}
    for one in manifests.values():
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)
    assert policy(manifests.values()) == []
    assert dockerfile_policy(DOCKERFILE) == []


def test_a_word_that_kubernetes_does_not_know_breaks_the_schema() -> None:
    manifests = load()
    serving(manifests)["readinesProbe"] = serving(manifests).pop("readinessProbe")
    with pytest.raises(kubernetes_validate.ValidationError, match="readinesProbe"):
        kubernetes_validate.validate(
            manifests["Deployment"], kubernetes_validate.latest_version(), strict=True
        )


#: How to break the manifests, and what is said then.
BREACHES: dict[str, Callable[[Manifests], Any]] = {
    "there is no Deployment": lambda m: m.pop("Deployment"),
    "one copy": lambda m: m["Deployment"]["spec"].update(replicas=1),
    "there is no disruption budget": lambda m: m.pop("PodDisruptionBudget"),
    "budget keeps 3 of 3": lambda m: m["PodDisruptionBudget"]["spec"].update(minAvailable=3),
    "budget keeps 0 of 3": lambda m: m["PodDisruptionBudget"]["spec"].update(minAvailable=0),
    "no Service": lambda m: m["Service"]["spec"]["selector"].update(app="other"),
    "leads to a port 'web'": lambda m: m["Service"]["spec"]["ports"][0].update(targetPort="web"),
    "token for Kubernetes": lambda m: pod(m).pop("automountServiceAccountToken"),
    "killed within 20 seconds": lambda m: pod(m).update(terminationGracePeriodSeconds=20),
    "machine's network": lambda m: pod(m).update(hostNetwork=True),
    "folder of the machine": lambda m: pod(m)["volumes"].append({"name": "x", "hostPath": {}}),
    "may run as root": lambda m: pod(m)["securityContext"].pop("runAsNonRoot"),
    "may write where": lambda m: serving(m)["securityContext"].pop("readOnlyRootFilesystem"),
    "rights beyond": lambda m: serving(m)["securityContext"].pop("capabilities"),
    "every system call": lambda m: pod(m)["securityContext"].pop("seccompProfile"),
    "no memory under limits": lambda m: serving(m)["resources"]["limits"].pop("memory"),
    "no cpu and no memory under limits": lambda m: serving(m)["resources"].pop("limits"),
    "no cpu under requests": lambda m: serving(m)["resources"]["requests"].pop("cpu"),
    "secret API_KEY": lambda m: serving(m)["env"].append({"name": "API_KEY", "value": "x"}),
    "password in --evaluation-store": lambda m: serving(m)["args"].append(
        "--evaluation-store=postgresql://churn:hunter2@db/churn"
    ),
    "image that is not pinned": lambda m: serving(m).update(image="registry:5000/churn:latest"),
    "has no readinessProbe": lambda m: serving(m).pop("readinessProbe"),
    "asks /ready at http": lambda m: serving(m)["livenessProbe"]["httpGet"].update(path="/ready"),
    "asks /health at 80": lambda m: serving(m)["livenessProbe"]["httpGet"].update(port=80),
}


@pytest.mark.parametrize("said", BREACHES)
def test_a_breach_is_said_in_one_sentence(said: str) -> None:
    manifests = load()
    BREACHES[said](manifests)
    (problem,) = policy(manifests.values())
    assert said in problem


def test_root_by_number_and_the_container_s_own_word_count() -> None:
    manifests = load()
    serving(manifests)["securityContext"]["runAsUser"] = 0
    assert policy(manifests.values()) == ["churn-serving: serving may run as root"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("FROM python:3.12.12-slim-bookworm\n", "FROM python:latest\n", "python:latest is not pinned"),
        ("FROM python:3.12.12-slim-bookworm\n", "FROM python\n", "python is not pinned"),
        ("USER 10001:10001\n", "", "numbered user"),
        ("USER 10001:10001\n", "USER 10001\nUSER 0\n", "numbered user"),
        ("USER 10001:10001\n", "USER app\n", "numbered user"),
        ("COPY utils/churn /srv/code/churn", "COPY . /srv/code", "whole folder"),
        ("EXPOSE 8000", "ENV API_TOKEN=abc", "API_TOKEN would stand"),
    ],
)  # fmt: skip
def test_a_breach_in_the_dockerfile_is_said(before: str, after: str, said: str) -> None:
    assert before in DOCKERFILE
    (problem,) = dockerfile_policy(DOCKERFILE.replace(before, after))
    assert said in problem


def test_a_user_of_an_earlier_stage_does_not_count_and_a_digest_pins() -> None:
    digest = "python@sha256:" + "0" * 64
    text = f"FROM {digest} AS one\nUSER 5\nFROM one\nUSER 7\n"
    assert dockerfile_policy(text) == []
    (problem,) = dockerfile_policy(text.replace("USER 7\n", ""))
    assert "numbered user" in problem


def hadolint(folder: Path, text: str) -> set[str]:
    """The rules that a Dockerfile breaks."""
    (folder / "Dockerfile").write_text(text)
    command = [str(Path(sys.executable).with_name("hadolint")), "--format", "json", "Dockerfile"]
    done = subprocess.run(command, cwd=folder, capture_output=True, env=known.environment())
    return {one["code"] for one in json.loads(done.stdout)}


@pytest.mark.needs("posix")
def test_hadolint_finds_nothing_in_ours_and_something_in_a_bad_one(tmp_path: Path) -> None:
    assert hadolint(tmp_path, DOCKERFILE) == set()
    bad = "FROM python:latest\nRUN pip install mlflow\nADD . /app\nUSER root\n"
    assert {"DL3007", "DL3013", "DL3020", "DL3002"} <= hadolint(tmp_path, bad)


def test_the_manifest_s_words_are_the_program_s() -> None:
    manifests = load()
    given = arguments().parse_args(serving(manifests)["args"])
    assert given.port == serving(manifests)["ports"][0]["containerPort"]
    assert given.host == "0.0.0.0", "another pod could not reach it"
    Settings.model_validate_json(manifests["ConfigMap"]["data"]["settings.json"])
    program = (ROOT / "utils/churn/serving/__main__.py").read_text()
    assert f"timeout_graceful_shutdown={GRACE}" in program
    # Each file that it is told to read or write lies in a volume.
    mounts = {mount["mountPath"] for mount in serving(manifests)["volumeMounts"]}
    names = ("models", "features", "public_key", "settings", "keys", "journal")
    places = [getattr(given, name) for name in names]
    assert all(any(place.is_relative_to(mount) for mount in mounts) for place in places)


#: Refuses the packages that the image has not, and then loads what the service runs.
AS_IN_THE_IMAGE = """
import sys
from importlib import metadata
from packaging.utils import canonicalize_name

image = set(sys.argv[1].split())
owners = metadata.packages_distributions()
absent = {top for top, names in owners.items() if not image & {*map(canonicalize_name, names)}} - {"churn"}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for loaded in [name for name in sys.modules if name.partition(".")[0] in absent]:
    del sys.modules[loaded]
sys.meta_path.insert(0, Absent())
import churn.serving.__main__, churn.serving.app, churn.serving.feast_lookup, churn.serving.handler
import churn.registry.supply_chain.signing, psycopg, redis
from feast.infra.online_stores.redis import RedisOnlineStore
"""


def test_the_image_gets_what_the_service_imports_in_the_course_s_versions() -> None:
    image, course = (
        locked_versions(ROOT / f"requirements/{name}.txt") for name in ("serving", "course")
    )
    assert image.items() <= course.items()
    names = {canonicalize_name(name) for name in image}
    for left_out, said in ((set(), ""), ({"model-signing"}, "No module named 'model_signing'")):
        command = [sys.executable, "-c", AS_IN_THE_IMAGE, " ".join(names - left_out)]
        done = subprocess.run(command, capture_output=True, text=True, env=known.environment())
        assert (done.returncode == 0) == (not left_out), done.stderr[-2000:]
        assert said in done.stderr
