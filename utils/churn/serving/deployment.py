"""What the telco asks of whatever it runs: a policy over Dockerfiles and Kubernetes manifests.

    problems = policy(yaml.safe_load_all(text))

A linter knows what is written wrongly, and a schema what may be written; neither asks for what is not
there. Here stands what has to be there: a user who is not root, limits, probes that ask the right
paths, more than one copy. The paths are those of :mod:`churn.serving.app`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from churn.credentials import passwords_in

Manifest = Mapping[str, Any]
#: What each probe asks. A restart makes no champion, so that what restarts may not ask ``/ready``.
PROBES = {"startupProbe": "/health", "readinessProbe": "/ready", "livenessProbe": "/health"}
#: Seconds that the service may take after SIGTERM for what it had accepted.
GRACE = 20
_SECRET = re.compile(r"KEY|TOKEN|PASSWORD|SECRET|CREDENTIAL", re.IGNORECASE)
#: A digest, or a version with three numbers; a registry's port is neither.
_PINNED = re.compile(r".+(@sha256:[0-9a-f]{64}|:v?\d+\.\d+\.\d+[^/:]*)")


def policy(manifests: Iterable[Manifest]) -> list[str]:
    """What is missing or wrong in the manifests of one service, one sentence each."""
    known = [one for one in manifests if one]
    deployments = [one for one in known if one.get("kind") == "Deployment"]
    if not deployments:
        return ["there is no Deployment"]
    return [
        f"{deployment['metadata']['name']}: {problem}"
        for deployment in deployments
        for rules in (_copies(deployment, known), _pod(deployment["spec"]["template"]["spec"]))
        for problem in rules
    ]


def dockerfile_policy(text: str) -> list[str]:
    """What is missing or wrong in a Dockerfile, one sentence each."""
    steps = [line.split() for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    steps = [[words[0].upper(), *words[1:]] for words in steps if not words[0].startswith("#")]
    images = [words[1] for words in steps if words[0] == "FROM"]
    stages = {words[3] for words in steps if words[0] == "FROM" and len(words) > 3}
    last = max((at for at, words in enumerate(steps) if words[0] == "FROM"), default=0)
    users = [words[1] for words in steps[last:] if words[0] == "USER"]
    found = [f"the base image {name} is not pinned" for name in images
             if name not in stages and not _PINNED.fullmatch(name)]  # fmt: skip
    if not users or not re.fullmatch(r"[1-9]\d*(:\d+)?", users[-1]):
        found.append("the image does not run as a numbered user other than root")
    if any(words[0] == "COPY" and words[-2] in (".", "./") for words in steps):
        found.append("the whole folder is copied into the image, whatever lies in it")
    for words in steps:
        if words[0] in ("ENV", "ARG") and any(_SECRET.search(word) for word in words[1:2]):
            found.append(f"{words[1].split('=')[0]} would stand in the image for all to read")
    return found


def _copies(deployment: Manifest, known: list[Manifest]) -> Iterator[str]:
    spec = deployment["spec"]
    labels = spec["template"]["metadata"].get("labels", {}).items()
    replicas = spec.get("replicas", 1)
    if replicas < 2:
        yield "there is one copy, and none while it is exchanged"
    budgets = [
        one["spec"] for one in known if one.get("kind") == "PodDisruptionBudget"
        and one["spec"].get("selector", {}).get("matchLabels", {}).items() <= labels
    ]  # fmt: skip
    if not budgets:
        yield "there is no disruption budget"
    for budget in budgets if replicas > 1 else ():
        least = budget.get("minAvailable", replicas - budget.get("maxUnavailable", 1))
        if isinstance(least, int) and not 1 <= least < replicas:
            yield f"its disruption budget keeps {least} of {replicas}"
    ports = {
        port.get("name")
        for container in spec["template"]["spec"]["containers"]
        for port in container.get("ports", ())
    }
    services = [
        one["spec"] for one in known if one.get("kind") == "Service"
        and one["spec"].get("selector", {}).items() <= labels
    ]  # fmt: skip
    if not services:
        yield "there is no Service that leads to it"
    for service in services:
        missing = {port.get("targetPort") for port in service["ports"]} - ports
        if missing:
            yield f"its Service leads to a port {missing.pop()!r} that it has not"


def _pod(pod: Manifest) -> Iterator[str]:
    if pod.get("automountServiceAccountToken") is not False:
        yield "it is given a token for Kubernetes"
    if pod.get("terminationGracePeriodSeconds", 30) <= GRACE:
        yield f"it is killed within {GRACE} seconds of SIGTERM"
    if any(pod.get(name) for name in ("hostNetwork", "hostPID", "hostIPC")):
        yield "it shares the machine's network or processes"
    for volume in pod.get("volumes", ()):
        if "hostPath" in volume:
            yield f"the volume {volume['name']} is a folder of the machine"
    for container in [*pod.get("initContainers", ()), *pod["containers"]]:
        settings = {**pod.get("securityContext", {}), **container.get("securityContext", {})}
        rules = (_security(settings), _resources(container), _secrets(container))
        yield from (f"{container['name']} {problem}" for found in rules for problem in found)
        if not _PINNED.fullmatch(container["image"]):
            yield f"{container['name']} has an image that is not pinned"
    for container in pod["containers"]:
        yield from (f"{container['name']} {problem}" for problem in _probes(container))


def _security(settings: Manifest) -> Iterator[str]:
    if settings.get("runAsNonRoot") is not True or settings.get("runAsUser", 0) == 0:
        yield "may run as root"
    if settings.get("readOnlyRootFilesystem") is not True:
        yield "may write where its program stands"
    privileged = settings.get("privileged") or settings.get("capabilities", {}).get("add")
    dropped = settings.get("capabilities", {}).get("drop", ())
    if settings.get("allowPrivilegeEscalation") is not False or privileged or "ALL" not in dropped:
        yield "keeps or can get rights beyond its own"
    if settings.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "may use every system call"


def _resources(container: Manifest) -> Iterator[str]:
    for kind in ("requests", "limits"):
        given = container.get("resources", {}).get(kind, {})
        missing = [name for name in ("cpu", "memory") if name not in given]
        if missing:
            yield f"has no {' and no '.join(missing)} under {kind}"


def _secrets(container: Manifest) -> Iterator[str]:
    for variable in container.get("env", ()):
        value = str(variable.get("value", ""))
        if value and (_SECRET.search(variable["name"]) or passwords_in(value)):
            yield f"has the secret {variable['name']} written into it"
    for word in [*container.get("command", ()), *container.get("args", ())]:
        option, _, _ = word.partition("=")
        if passwords_in(word):
            yield f"has a password in {option}"


def _probes(container: Manifest) -> Iterator[str]:
    ports = {port.get("name") for port in container.get("ports", ())}
    ports |= {port["containerPort"] for port in container.get("ports", ())}
    for name, path in PROBES.items():
        asked = container.get(name, {}).get("httpGet")
        if asked is None:
            yield f"has no {name}"
        elif asked["path"] != path or asked["port"] not in ports:
            yield f"has a {name} that asks {asked['path']} at {asked['port']}"
