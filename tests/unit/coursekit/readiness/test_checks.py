"""Each check of the two lists holds of a system that is well, and goes red when its failure is planted."""

from __future__ import annotations

import copy
import datetime as dt
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from churn import features, schema, training
from churn.data.origin import Origin
from churn.registry.gates import ModelSignature, Verdict
from churn.serving.access import Access, fingerprint
from churn.serving.app import Service
from churn.serving.champion import load_verified
from churn.serving.evaluation_store import EvaluationStore
from churn.serving.journal import Journal
from churn.serving.metrics import Metrics
from churn.serving.predictor import Predictor
from churn.serving.recorder import Recorder
from coursekit import paths
from coursekit.readiness import failures, requirements, rows
from coursekit.readiness import system as systems
from coursekit.readiness.rows import Row, Seen
from coursekit.readiness.system import KEY, System, make_system, with_service

Plant = Callable[[System, Path], System]
pytestmark = pytest.mark.filterwarnings("ignore:Hint. Inferred schema:UserWarning")


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Do not change it: take another one by ``replace``."""
    made = make_system(tmp_path_factory.mktemp("system"), paths.course_root())
    yield made
    systems.close(made)


def scoring(system: System, change: Callable[[Any], Any]) -> System:
    """The same, whose champion's scores are changed on their way."""
    score = system.champion.score
    return with_service(system, replace(system.champion, score=lambda rows: change(score(rows))))


def evidence(system: System, **parts: Any) -> System:
    return replace(system, evidence=replace(system.evidence, **parts))


def lineage(system: System, **facts: str) -> System:
    return evidence(system, lineage={**system.evidence.lineage, **facts})


def candidate(system: System, change: Callable[[pd.DataFrame, Any], Any]) -> System:
    score = system.evidence.candidate
    assert score is not None
    return evidence(system, candidate=lambda X: change(X, np.asarray(score(X))))


def facts(system: System, **other: str | None) -> System:
    """With facts named ``tag_owner`` for ``tag.owner`` changed, or taken away by None."""
    known = {**system.facts, **{name.replace("_", ".", 1): text for name, text in other.items()}}
    return replace(system, facts={name: text for name, text in known.items() if text})


def manifests(system: System, change: Callable[[dict[str, Any]], Any]) -> System:
    """With the Deployment's container changed in place."""
    known = copy.deepcopy(list(system.manifests))
    (deployment,) = (one for one in known if one["kind"] == "Deployment")
    change(deployment["spec"]["template"]["spec"]["containers"][0])
    return replace(system, manifests=known)


def deliver(system: System, **columns: Any) -> System:
    return replace(system, delivery=system.delivery.assign(**columns))


def store_elsewhere(system: System, folder: Path) -> System:
    other = EvaluationStore(f"sqlite:///{folder / 'elsewhere.db'}")
    recorder = Recorder(Journal(folder / "journal"), other)
    return with_service(system, recorder=recorder)


def no_journal(system: System, folder: Path) -> System:
    journal = Journal(folder / "journal")
    broken = with_service(system, recorder=Recorder(journal, system.store))
    shutil.rmtree(folder / "journal")
    return broken


def lost_file(system: System, folder: Path) -> System:
    shutil.copytree(system.package, folder / "1")
    next((folder / "1").glob("*.onnx"), folder / "1" / "MLmodel").unlink()
    return replace(system, package=folder / "1")


def tenure_in_years(system: System, _: Path) -> System:
    def years(customers: Sequence[str], /) -> Mapping[str, Mapping[str, Any]]:
        known = system.lookup(customers)
        return {
            who: {**row, "tenure": row["tenure"] // 12 if row["tenure"] > 12 else row["tenure"]}
            for who, row in known.items()
        }

    (row,) = system.delivery[system.delivery["tenure"] > 24].head(1).to_dict("records")
    first = system.delivery[schema.ID] == row[schema.ID]
    longest = pd.concat([system.delivery[first], system.delivery[~first]], ignore_index=True)
    return with_service(replace(system, delivery=longest), lookup=years)


def guesses_let_in(system: System, _: Path) -> System:
    keys = {"call center": fingerprint(KEY), "anybody": fingerprint("a guess")}
    return with_service(system, access=Access(keys, 1000.0, 2000.0))


def seniors(system: System, _: Path) -> System:
    old = system.delivery[system.delivery["SeniorCitizen"] == 1]
    return replace(system, delivery=old.reset_index(drop=True))


def other_labels(system: System, _: Path) -> System:
    """In the second half others leave than the scores say."""
    table = system.evidence.table
    assert table is not None
    half = np.arange(len(table)) >= len(table) // 2
    turned = table["Churn"].map({"Yes": "No", "No": "Yes"})
    return evidence(system, table=table.assign(Churn=table["Churn"].mask(half, turned)))


def by_gender(X: pd.DataFrame, p: Any) -> Any:
    return np.clip(p + 0.06 * (X["gender"] == "Female").to_numpy(), 0, 1)


def signature_without_tenure(system: System, _: Path) -> System:
    known = system.evidence.signature
    assert isinstance(known, ModelSignature)
    inputs = {name: kind for name, kind in known.inputs.items() if name != "tenure"}
    return evidence(system, signature=ModelSignature(inputs, known.params))


#: For each failure a system that has it, and words that the row then says.
PLANTED: dict[str, tuple[Plant, str]] = {
    "other packages than it was tried with":
        (lambda s, _: replace(s, installed={**s.installed, "numpy": "1.0"}), "numpy .* 1.0 is here"),
    "another engine computes otherwise": (lambda s, _: scoring(s, np.sqrt), "apart"),
    "an image of no known make":
        (lambda s, _: replace(s, dockerfile=s.dockerfile.replace("3.12.12-slim-bookworm", "3")), "not pinned"),
    "too little or too much hardware":
        (lambda s, _: manifests(s, lambda c: c["resources"].pop("limits")), "under limits"),
    "health checks that nobody answers":
        (lambda s, _: manifests(s, lambda c: c["livenessProbe"]["httpGet"].update(path="/alive")), "livenessProbe"),
    "missing permissions, or too many": (guesses_let_in, "with a guess 200"),
    "no room or right to write": (no_journal, "cannot be kept"),
    "files that do not arrive": (lost_file, "not the files"),
    "logs in the wrong place": (store_elsewhere, "not in the evaluation store"),
    "unknown version of data or model":
        (lambda s, _: replace(s, train=s.train.iloc[1:]), "another training table"),
    "columns made otherwise than in training": (tenure_in_years, "apart"),
    "data unlike what was promised":
        (lambda s, _: deliver(s, MonthlyCharges=s.delivery["MonthlyCharges"] * 100), "MonthlyCharges"),
    "stale data":
        (lambda s, _: replace(s, origin=Origin("production", s.today - dt.timedelta(40))), "40 day"),
    "another population": (seniors, "SeniorCitizen"),
    "unusual customers": (other_labels, "covered"),
    "answers that nobody expects": (lambda s, _: scoring(s, lambda p: 100 * p), "invalid_prediction"),
    "a rule by hand is better": (lambda s, _: candidate(s, lambda X, p: 1 - p), "not above"),
    "it only knows its own rows": (lambda s, _: lineage(s, trained_until="2025-12-31"), "last training row"),
    "unfair to some": (lambda s, _: candidate(s, by_gender), "gender"),
    "too slow": (lambda s, _: replace(s, config=s.config.model_copy(update={"max_latency_ms": 1e-6})), "above"),
    "the input's form has changed": (signature_without_tenure, "tenure is not in it"),
    "the expected gain does not come": (lambda s, _: candidate(s, lambda X, p: 0 * p), "earns"),
    "its success hurts elsewhere": (lambda s, _: replace(s, capacity=100), "100 can be made"),
    "the old one is gone before the new one works":
        (lambda s, _: replace(s, load=lambda folder, version, key: load_verified(folder, version)), "version 2"),
    "everybody asks at once":
        (lambda s, _: with_service(s, settings=s.service.settings.model_copy(update={"burst": 1e9})), "were let in"),
    "a test that did not roll out": (lambda s, _: replace(s, assign=lambda customer: "1"), "served"),
    "too much traffic too soon": (lambda s, _: replace(s, rules=[]), "nobody is called"),
    "changes by hand, without a trace": (lambda s, _: lineage(s, code_version="unknown"), "code_version"),
    "a good change that nobody was told of": (lambda s, _: facts(s, audit_0=None), failures.WHO_AND_WHY),
    "no day on which it is judged": (lambda s, _: facts(s, tag_judged_on="2025-10-01"), "labels come on"),
    "no documentation": (lambda s, _: facts(s, tag_intended_use=None), "Purpose"),
}  # fmt: skip


@pytest.mark.parametrize(
    "row", [*failures.FAILURES, *requirements.REQUIREMENTS], ids=lambda r: r.name
)
def test_a_check_holds_of_a_system_that_is_well(row: Row, well: System) -> None:
    assert rows.look(row, well).holds is True, rows.look(row, well).said


@pytest.mark.parametrize("name", PLANTED)
def test_a_failure_that_is_planted_is_seen(name: str, well: System, tmp_path: Path) -> None:
    plant, words = PLANTED[name]
    seen = rows.look(failures.FAILURES_BY_NAME[name], plant(well, tmp_path))
    assert seen.holds is False
    assert re.search(words, seen.said), seen.said


def test_a_model_that_only_knows_its_own_rows_is_seen(well: System) -> None:
    """A tree that has learned every training row by heart, judged on later ones."""
    X, y = features.xy(well.train)
    tree = make_pipeline(training.make_model("logistic")[0], DecisionTreeClassifier(random_state=0))
    tree.fit(X, y)
    assert tree.score(X, y) > 0.99
    seen = rows.look(
        failures.FAILURES_BY_NAME["it only knows its own rows"],
        candidate(well, lambda X, p: tree.predict_proba(X)[:, 1]),
    )
    assert seen.holds is False
    assert "calibration error" in seen.said


def test_a_row_of_the_gate_says_which_criteria_it_asks(
    well: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(name: str, *_: Any) -> Verdict:
        asked.append(name)
        return Verdict(name, True, "asked", {"figure": 1.0})

    monkeypatch.setattr(failures, "ask_gate", ask)
    for row in (*failures.FAILURES, *requirements.REQUIREMENTS):
        asked.clear()
        if row.where.startswith("gate: "):
            row.check(well)
            assert row.where == f"gate: {', '.join(asked)}"


#: Failures of the service's code itself, and what of it is exchanged.
IN_CODE: dict[str, tuple[Any, str, Any]] = {
    "the process ends again and again": (Predictor, "stuck", lambda self: ["it hangs"]),
    "nobody sees what it does": (Metrics, "predicted", lambda self, outcomes: None),
    "a part is far away": (failures, "SHORT", 30.0),
}


@pytest.mark.parametrize("name", IN_CODE)
def test_a_failure_in_the_code_is_seen(
    name: str, well: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, what, instead = IN_CODE[name]
    monkeypatch.setattr(where, what, instead)
    assert rows.look(failures.FAILURES_BY_NAME[name], well).holds is False


def test_each_failure_is_planted_once() -> None:
    names = [row.name for row in failures.FAILURES]
    assert len(names) == 34
    assert sorted(names) == sorted([*PLANTED, *IN_CODE])


# --- the checklist --------------------------------------------------------------------------------


def repository(system: System, folder: Path) -> Path:
    """A copy of what the checklist reads in the repository, but for the code."""
    root = folder / "course"
    for name in ("requirements", "datasets", "deploy", ".ci"):
        shutil.copytree(system.root / name, root / name)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(system.root / name, root / name)
    for name in ("utils/churn/scoring", "tests/unit/churn"):
        (root / name).mkdir(parents=True)
    (root / "utils/churn/scoring/__init__.py").touch()
    return root


def edited(file: str, old: str, new: str) -> Plant:
    def plant(system: System, folder: Path) -> System:
        root = repository(system, folder)
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))
        return replace(system, root=root)

    return plant


def no_history(system: System, folder: Path) -> System:
    root = repository(system, folder)
    (root / ".git").mkdir()
    return replace(system, root=root)


def undescribed(system: System, _: Path) -> System:
    table = system.contract.table
    fewer = table.model_copy(update={"properties": table.properties[:-1]})
    return replace(system, contract=system.contract.model_copy(update={"schema_": (fewer,)}))


def slow(system: System, _: Path) -> System:
    def waits(p: Any) -> Any:
        time.sleep(0.05)
        return p

    return scoring(system, waits)


NOT_READY: dict[str, tuple[Plant, str]] = {
    "model registry": (lambda s, _: facts(s, tag_digest="0"), "another model"),
    "data and model drift": (seniors, "today SeniorCitizen"),
    "interpretability": (lambda s, _: scoring(s, lambda p: p * float("nan")), "no explanation"),
    "reproducibility": (lambda s, _: replace(s, train=s.train.iloc[1:]), "another training table"),
    "security": (edited("deploy/README.md", "# ", 'token = "q8ZxT3bLr7Wm2KpV9sYd"\n# '), "README.md:1"),  # pragma: allowlist secret
    "environment management": (edited("requirements/course.txt", "pandas==", "pandas==9"), "pandas"),
    "pipeline with the features in it": (signature_without_tenure, "tenure"),
    "CI/CD": (edited("Makefile", "test: automl lint", "test: automl"), "lint first"),
    "monitoring and alerts": (lambda s, _: replace(s, rules=[]), "nobody is called"),
    "testing framework": (edited("Makefile", "# ", "# "), "without tests: scoring"),
    "version control": (no_history, "in no commit"),
    "feature dictionary": (undescribed, "TotalCharges"),
    "cost management": (edited("datasets/measured/paradigms.csv", ",10.6,", ",,"), "batch"),
    "A/B testing": (lambda s, _: replace(s, assign=lambda customer: "1"), "served"),
    "performance optimization": (slow, "hardly faster"),
}  # fmt: skip


@pytest.mark.parametrize("name", [row.name for row in requirements.REQUIREMENTS])
def test_a_requirement_that_is_not_met_is_seen(name: str, well: System, tmp_path: Path) -> None:
    plant, words = NOT_READY[name]
    (row,) = (one for one in requirements.REQUIREMENTS if one.name == name)
    seen = rows.look(row, plant(well, tmp_path))
    assert seen.holds is False
    assert words in seen.said


def test_a_learners_copy_has_rows_that_cannot_be_looked_at(well: System, tmp_path: Path) -> None:
    root = repository(well, tmp_path)
    shutil.rmtree(root / ".ci")
    shutil.rmtree(root / "tests")
    copied = replace(well, root=root)
    table = rows.table(requirements.REQUIREMENTS, copied)
    unknown = table.loc[table["holds"].isna(), "name"].tolist()
    assert unknown == ["CI/CD", "testing framework", "version control"]
    assert requirements.score(table).loc["core-plus", "of"] == 2
    assert requirements.ready(table)


def test_one_core_requirement_less_is_not_ready() -> None:
    frame = pd.DataFrame({"group": ["core", "core", "specialized"], "holds": [True, True, False]})
    frame["holds"] = frame["holds"].astype("boolean")
    assert requirements.ready(frame)
    assert requirements.score(frame)["complete"].tolist() == [True, False]
    assert not requirements.ready(frame.assign(holds=pd.array([True, False, True], "boolean")))
    assert not requirements.ready(frame.assign(holds=pd.array([True, None, True], "boolean")))
    assert not requirements.ready(frame.iloc[2:])


def test_a_check_that_breaks_has_not_seen_that_all_is_well(well: System) -> None:
    def broken(system: System) -> Seen:
        raise KeyError("gone")

    seen = rows.look(Row("core", "x", "y", broken), well)
    assert seen == (False, "KeyError: 'gone'")


def test_the_halves_of_an_experiment_are_halves_and_stay() -> None:
    people = [f"{number:04}-AAAAA" for number in range(2000)]
    first = [systems.half_and_half(who) for who in people]
    assert first == [systems.half_and_half(who) for who in people]
    assert 900 < first.count("1") < 1100


def test_the_service_of_a_system_is_the_companys_own(well: System) -> None:
    assert isinstance(well.service, Service)
    assert "champion 1" in repr(well)
