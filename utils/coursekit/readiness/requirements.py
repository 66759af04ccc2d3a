"""What production asks for, as a checklist that looks at this system: core, core-plus, specialized.

*Core* is what no model goes live without, *core-plus* what a team needs to change it often and safely,
*specialized* what pays with scale. Each row asks the repository or the running service and can go red.
"""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from churn import features, schema, training
from churn.monitoring.drift import compare_columns
from churn.registry.supply_chain import signing
from coursekit.environment import known, switches
from coursekit.readiness import failures, machine, secrets
from coursekit.readiness.rows import Row, Seen
from coursekit.readiness.system import System, ask, predict, records

CORE, CORE_PLUS, SPECIALIZED = "core", "core-plus", "specialized"
#: What is looked through for secrets: what a learner or a server gets, but for the notebooks.
SHIPPED = ("utils", "deploy", "datasets", "Makefile", "pyproject.toml")
#: By how much bills rise in the trial of the detector.
RISE = 1.3
#: How often one customer is scored to see how fast an engine is.
TRIES = 10
FASTER = 3.0


def model_registry(system: System) -> Seen:
    """The service says which version answers, and it is the approved one."""
    (told,) = ask(system, ("GET", "/v1/champion", None))
    same = told.json().get("digest") == system.facts.get("tag.digest")
    return Seen(same, "the approved version answers" if same else "another model answers")


def drift(system: System) -> Seen:
    """The detector is quiet about today's delivery, and not about one with a planted rise of bills."""
    before = features.features(system.train)
    now = features.features(system.delivery)
    planted = now.assign(MonthlyCharges=now["MonthlyCharges"] * RISE)
    found = {
        name: [str(one) for one in moved.index[moved["drift"]]]
        for name, window in (("today", now), ("planted", planted))
        for moved in [compare_columns(before, window, min_effect=failures.MIN_EFFECT)]
    }
    right = found == {"today": [], "planted": ["MonthlyCharges"]}
    said = (
        f"today {', '.join(found['today'][:2]) or 'nothing'}, planted {', '.join(found['planted'])}"
    )
    return Seen(right, said)


def interpretability(system: System) -> Seen:
    """The answer explains itself, and the parts add up to the score."""
    told = predict(system, explain=True)
    explained = told.get("explanation")
    if not explained:
        return Seen(
            False, f"no explanation: {told.get('explanation_problem') or told.get('reason')}"
        )
    p = told["probability"]
    total = explained["reference_log_odds"] + sum(
        one["log_odds"] for one in explained["contributions"]
    )
    adds_up = abs(total - math.log(p / (1 - p))) < 1e-3
    return Seen(adds_up, "the parts add up" if adds_up else "the parts do not add up")


def reproducibility(system: System) -> Seen:
    """The recorded table and settings give the served scores again."""
    recorded = failures.versions(system)
    if not recorded.holds:
        return recorded
    again = training.make_model("logistic").fit(*features.xy(system.train))
    X = features.features(system.delivery).head(200)
    apart = float(np.abs(again.predict_proba(X) - system.model.predict_proba(X)).max())
    return Seen(apart == 0, "the same scores again" if apart == 0 else f"{apart:.3f} apart")


def security(system: System) -> Seen:
    """Keys are asked for, a changed model is refused, and no secret lies in what is shipped."""
    found = machine.permissions(system)
    if not found.holds:
        return found
    with tempfile.TemporaryDirectory() as scratch:
        changed = Path(scratch) / "model"
        shutil.copytree(system.package, changed)
        with (changed / "MLmodel").open("a") as file:
            file.write("\n")
        try:
            system.load(changed, "1", system.public_key)
            return Seen(False, "a changed model is loaded")
        except signing.SignatureError:
            pass
    lying_about = secrets.scan(_shipped(system.root), system.root)
    return Seen(
        not lying_about, str(lying_about[0]) if lying_about else "keys, signature, no secret"
    )


def environment(system: System) -> Seen:
    """Each installed package that the course's lock names has the version of the lock."""
    lock = (system.root / "requirements/course.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", lock, re.MULTILINE))
    other = sorted(n for n, v in pins.items() if system.installed.get(n, v) != v)
    hashed = lock.count("--hash=") >= len(pins) > 0
    if not hashed:
        return Seen(False, "the lock has packages without a hash")
    return Seen(not other, "as locked" if not other else f"not as locked: {', '.join(other[:3])}")


def featurization(system: System) -> Seen:
    """The model takes the customer's own columns: what is made of them is part of it."""
    return failures.FAILURES_BY_NAME["the input's form has changed"].check(system)


def delivery(system: System) -> Seen:
    """One command runs every check, with linters before and the network cut, and CI runs that."""
    ci, makefile = system.root / ".ci/run", system.root / "Makefile"
    if not ci.is_file():
        return Seen(None, "a learner's copy has no CI")
    runs = re.search(r"^make test\b", ci.read_text(encoding="utf-8"), re.MULTILINE)
    recipe = re.search(r"^test:.*\n(?:\t.*\n)+", makefile.read_text(encoding="utf-8"), re.MULTILINE)
    text = recipe.group() if recipe else ""
    wanted = {"CI runs make test": bool(runs), "lint first": " lint" in text.split("\n")[0],
              "offline": "$(OFFLINE)" in text, "pytest": "pytest" in text}  # fmt: skip
    missing = [name for name, there in wanted.items() if not there]
    return Seen(not missing, f"missing: {', '.join(missing)}" if missing else "CI runs all checks")


def monitoring(system: System) -> Seen:
    """What the service does is counted, and a bad hour calls somebody."""
    counted = failures.visibility(system)
    return failures.too_much_too_soon(system) if counted.holds else counted


def testing(system: System) -> Seen:
    """Each part of the company's code has tests."""
    tests = system.root / "tests/unit/churn"
    if not tests.is_dir():
        return Seen(None, "a learner's copy has no tests")
    code = system.root / "utils/churn"
    parts = [
        path
        for path in sorted(code.iterdir())
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    bare = [part.stem for part in parts if part.stem != "__init__" and not _tested(part, tests)]
    return Seen(not bare, f"without tests: {', '.join(bare)}" if bare else "each part has tests")


def version_control(system: System) -> Seen:
    """The repository has a history, and what is served from it is in it."""
    if not (system.root / ".git").exists():
        return Seen(None, "this copy has no history")
    words = ["git", "-c", "safe.directory=*", "ls-files", "--error-unmatch", "pyproject.toml",
             "requirements/course.txt", "utils/churn/serving/app.py", "deploy/Dockerfile"]  # fmt: skip
    done = subprocess.run(
        words,
        cwd=system.root,
        env=known.environment(switches.GIT),
        capture_output=True,
        check=False,
    )
    return Seen(done.returncode == 0, "code, lock and image" if not done.returncode else
                "something served is in no commit")  # fmt: skip


def dictionary(system: System) -> Seen:
    """Each column that the model reads is described where billing promises it."""
    described = {one.name for one in system.contract.table.properties if one.description}
    missing = [name for name in schema.FEATURES if name not in described]
    return Seen(not missing, f"undescribed: {', '.join(missing)}" if missing else "each column")


def cost(system: System) -> Seen:
    """What a million answers cost was measured, for each way of giving them."""
    table = pd.read_csv(system.root / "datasets/measured/paradigms.csv", comment="#")
    bare = table.loc[~(table["cpu_s_per_million"] > 0), "way"].tolist()
    return Seen(not bare, f"not measured: {', '.join(bare)}" if bare else "each way is measured")


def performance(system: System) -> Seen:
    """The engine that serves is faster than the pipeline that was trained, for one customer."""
    X = features.features(system.delivery).head(1)
    one = records(system.delivery.head(1))
    taken: dict[str, list[float]] = {"trained": [], "served": []}
    for _ in range(TRIES):
        start = time.perf_counter()
        system.model.predict_proba(X)
        middle = time.perf_counter()
        system.champion.score(one)
        taken["trained"].append(middle - start)
        taken["served"].append(time.perf_counter() - middle)
    # The fastest of each: what else the machine does can only add to it.
    faster = min(taken["trained"]) > FASTER * min(taken["served"])
    return Seen(faster, "more than three times as fast" if faster else "hardly faster")


def score(table: pd.DataFrame) -> pd.DataFrame:
    """Of each group how many rows hold, of how many that could be looked at.

    Args:
        table: of :func:`coursekit.readiness.rows.table`.
    """
    looked = table.dropna(subset="holds")
    groups = looked.groupby("group", sort=False)["holds"]
    found = pd.DataFrame({"holds": groups.sum().astype(int), "of": groups.size()})
    return found.assign(complete=found["holds"] == found["of"])


def ready(table: pd.DataFrame) -> bool:
    """Whether the model may go live: every core requirement was looked at, and holds."""
    core = table.loc[table["group"] == CORE, "holds"]
    return bool(len(core)) and bool(core.fillna(False).all())


def _shipped(root: Path) -> list[Path]:
    places = [root / name for name in SHIPPED]
    files = [path for place in places for path in (place.rglob("*") if place.is_dir() else [place])]
    return [path for path in files if path.is_file() and "__pycache__" not in path.parts]


def _tested(part: Path, tests: Path) -> bool:
    if part.suffix == ".py":
        return (tests / f"test_{part.stem}.py").is_file() or part.stem in _imported(tests)
    return any((tests / part.name).rglob("test_*.py")) or part.name in _imported(tests.parents[1])


def _imported(tests: Path) -> set[str]:
    """The parts of churn that files of tests import."""
    texts = (path.read_text(encoding="utf-8") for path in tests.rglob("test_*.py"))
    found: set[str] = set()
    for text in texts:
        found |= set(re.findall(r"^from churn\.(\w+)", text, re.MULTILINE))
        for names in re.findall(r"^from churn import (.+)", text, re.MULTILINE):
            found |= set(re.findall(r"\w+", names))
    return found


REQUIREMENTS = (
    Row(CORE, "model registry", "GET /v1/champion", model_registry),
    Row(CORE, "data and model drift", "monitoring.drift", drift),
    Row(CORE, "interpretability", "serving.explanation", interpretability),
    Row(CORE, "reproducibility", "training.tracking", reproducibility),
    Row(CORE, "security", "serving.access, signing", security),
    Row(CORE, "environment management", "requirements/course.txt", environment),
    Row(CORE_PLUS, "pipeline with the features in it", "gate: signature", featurization),
    Row(CORE_PLUS, "CI/CD", ".ci/run, Makefile", delivery),
    Row(CORE_PLUS, "monitoring and alerts", "GET /metrics, burn_rate", monitoring),
    Row(CORE_PLUS, "testing framework", "tests/unit/churn", testing),
    Row(CORE_PLUS, "version control", "git", version_control),
    Row(SPECIALIZED, "feature dictionary", "datasets/contracts", dictionary),
    Row(SPECIALIZED, "cost management", "datasets/measured", cost),
    Row(SPECIALIZED, "A/B testing", "serving.evaluation_store", failures.split),
    Row(SPECIALIZED, "performance optimization", "serving.champion", performance),
)
