"""The ways in which a model fails on its way out of the laptop, each with the check that catches it.

The list is that of a lecture on why models fail between the laptop and production, with thirty-four
entries; order and words are this course's. Each check looks at a system as it is. What goes wrong is
in the system: the tests plant each failure there and see its row go red.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from churn import features, schema
from churn.data.origin import BatchRefusedError, require_live
from churn.experiments import sample_ratio
from churn.monitoring import conformal, slo
from churn.monitoring.burn_rate import burning
from churn.monitoring.drift import compare_columns
from churn.registry import cards, folders
from churn.registry.gates import CRITERIA
from churn.registry.gates.gate import ask as ask_gate
from churn.serving.access import Access, AccessError, fingerprint
from churn.serving.champions import Champions, FolderSource
from churn.training import tracking
from coursekit.readiness import machine
from coursekit.readiness.rows import Row, Seen, nothing
from coursekit.readiness.system import (
    KEY,
    RULE,
    System,
    ask,
    predict,
    scores,
    with_service,
)

#: Seconds for a look-up that crosses the country, and the budget of the request that waits for it.
FAR, SHORT = 2.0, 0.05
#: Requests at once with which a limit is looked for.
HERD = 5_000
#: What a drift must be to count, so that 5,000 rows do not make an alarm of a trifle.
MIN_EFFECT = 0.1
WHO_AND_WHY = "Who, when and why"


def _gate(group: str, name: str, *criteria: str) -> Row:
    """A row that asks the promotion gate, and says which of its criteria it asks."""

    def check(system: System) -> Seen:
        asked = [ask_gate(one, CRITERIA[one], system.evidence, system.config) for one in criteria]
        # The reason of a criterion may hold a measured time: it is told where it refuses.
        return nothing([one.reason for one in asked if not one.passed], "passed")

    return Row(group, name, f"gate: {', '.join(criteria)}", check)


# --- the data -------------------------------------------------------------------------------------


def versions(system: System) -> Seen:
    """The table and the files are those that the record names."""
    table = tracking.fingerprint(system.train) == system.evidence.lineage.get("data_version")
    files = folders.digest(system.package) == system.champion.digest
    wrong = [name for name, same in (("training table", table), ("files", files)) if not same]
    return nothing([f"another {one} than recorded" for one in wrong], "as recorded")


def preprocessing(system: System) -> Seen:
    """The service's score of a customer whom it looks up is the training pipeline's."""
    row = system.delivery.head(1)
    trained = float(system.model.predict_proba(features.features(row))[0, 1])
    told = ask(system, ("POST", "/v1/predict", {schema.ID: row[schema.ID].iloc[0]}))[0].json()
    if told.get("probability") is None:
        return Seen(False, f"no score: {told.get('reason')}")
    apart = abs(told["probability"] - trained)
    return Seen(
        apart <= machine.PARITY, "same score" if apart <= machine.PARITY else f"{apart:.3f} apart"
    )


def production_data(system: System) -> Seen:
    """Today's delivery keeps the contract."""
    found = system.contract.breaches(
        system.delivery, system.origin.as_of, system.origin.as_of + dt.timedelta(1)
    )
    return nothing([str(one) for one in found], "no breach")


def freshness(system: System) -> Seen:
    """Today's delivery is of today's customers."""
    try:
        require_live(system.delivery, system.origin, system.register, system.today)
    except BatchRefusedError as error:
        return Seen(False, str(error))
    return Seen(True, "live")


def population(system: System) -> Seen:
    """Today's customers are like those whom the model was fitted on."""
    known = features.features(system.train)
    drift = compare_columns(known, features.features(system.delivery), min_effect=MIN_EFFECT)
    moved = [str(name) for name in drift.index[drift["drift"]]]
    return nothing([f"moved: {', '.join(moved[:3])}"] if moved else [], "no column moved")


def outliers(system: System) -> Seen:
    """Of the customers who are unlike the rest, too, the sets of answers hold the truth."""
    y = system.evidence.judged(system.config).y
    p = system.evidence.candidate_scores
    half = len(y) // 2
    sets = conformal.ConformalSets(0.9).fit(y[:half], p[:half]).predict(p[half:])
    found = conformal.coverage(sets, y[half:])["covered"]
    share = float(found["leaves"])
    # About 200 leavers: 0.9 less three standard errors.
    return Seen(share >= 0.83, f"of the leavers {share:.0%} covered")


# --- the model ------------------------------------------------------------------------------------


def output(system: System) -> Seen:
    """The answer is what a caller expects: a probability, a decision that follows from it."""
    told = predict(system)
    if told.get("source") != "model":
        return Seen(False, f"the model's answer is not used: {told.get('reason')}")
    follows = told["contact"] == (told["probability"] >= told["threshold"])
    return Seen(
        0 <= told["probability"] <= 1 and follows, "a probability, and the decision follows"
    )


def pain_elsewhere(system: System) -> Seen:
    """Whom the model would have called can be called."""
    calls = int((scores(system) >= system.champion.threshold).sum())
    fits = calls <= system.capacity
    said = (
        "within what the call center can do"
        if fits
        else f"{calls:,} calls, {system.capacity:,} can be made"
    )
    return Seen(fits, said)


# --- the release ----------------------------------------------------------------------------------


def wrong_order(system: System) -> Seen:
    """The old model answers until the new one can: a new one that is refused changes nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        models = Path(scratch)
        shutil.copytree(system.package, models / "1")
        shutil.copytree(system.package, models / "2")
        (models / "2" / "unasked.txt").write_text("somebody was here")  # the signature is broken
        (models / FolderSource.NAME).write_text("1")
        champions = Champions(FolderSource(models), system.public_key, system.load)
        champions.refresh()
        (models / FolderSource.NAME).write_text("2")
        champions.refresh()
    answers = champions.current.version if champions.current else "nobody"
    return Seen(answers == "1", f"version {answers} answers after a bad version 2")


def thundering_herd(system: System) -> Seen:
    """One client gets its burst and is then told when to come back."""
    settings = system.service.settings
    gate = Access({"client": fingerprint(KEY)}, settings.rate, settings.burst, lambda: 0.0)
    for number in range(HERD):
        try:
            gate.admit(KEY)
        except AccessError as error:
            told = error.status == 429 and "retry-after" in error.headers
            return Seen(told, f"{number:,} at once, then 429 with a time to come back")
    return Seen(False, f"{HERD:,} at once were let in")


def far_away(system: System) -> Seen:
    """A look-up that takes too long does not hold the answer up: the rule gives one."""

    def far(customers: Sequence[str], /) -> Mapping[str, Mapping[str, Any]]:
        time.sleep(FAR)
        return system.lookup(customers)

    settings = system.service.settings.model_copy(update={"budget": SHORT})
    slow = with_service(system, lookup=far, settings=settings)
    one = system.delivery[schema.ID].iloc[0]
    told = ask(slow, ("POST", "/v1/predict", {schema.ID: one}))[0].json()
    return Seen(told.get("reason") == "store_slow", f"answered by the {told.get('source')}")


def split(system: System) -> Seen:
    """Each version of an experiment gets the share of the customers that was planned."""
    chosen = list(system.split)
    both = {one: with_service(system, replace(system.champion, version=one)) for one in chosen}
    people = system.delivery[schema.ID].head(60).tolist()
    arms = {one: [who for who in people if system.assign(who) == one] for one in chosen}
    served: Counter[str] = Counter()
    for one, whom in arms.items():
        asked = [("POST", "/v1/predict", {schema.ID: who}) for who in whom]
        told = [answer.json() for answer in ask(both[one], *asked)] if asked else []
        served.update(str(answer["model_version"]) for answer in told)
    p_value = sample_ratio.check(list(served.elements()), system.split).p_value
    # One in a thousand: an experiment is looked at every day.
    return Seen(p_value >= 0.001, "as planned" if p_value >= 0.001 else f"served {dict(served)}")


def too_much_too_soon(system: System) -> Seen:
    """Within an hour of a bad new version somebody is called, and of a good one nobody."""
    objective = slo.Objective("availability", "answered without a 5xx", 0.999)
    times = pd.date_range("2025-09-01", periods=24 * 12, freq="5min")
    called = {}
    for name, share in (("good", 0.0), ("bad", 0.05)):
        counts = pd.DataFrame({"bad": 0, "total": 400}, index=times)
        counts.loc[times[-12:], "bad"] = int(400 * share)
        pages = [
            burning(counts, objective, rule) for rule in system.rules if rule.severity == "page"
        ]
        called[name] = any(fired[-12:].any() for fired in pages)
    holds = called == {"good": False, "bad": True}
    wrong = (
        "nobody is called for a bad one"
        if not called["bad"]
        else "somebody is called for a good one"
    )
    return Seen(holds, "called" if holds else wrong)


def visibility(system: System) -> Seen:
    """What the service does can be read while it does it."""
    before, _, after = (
        one.text for one in ask(system, ("GET", "/metrics", None),
                                ("POST", "/v1/predict", system.record), ("GET", "/metrics", None))
    )  # fmt: skip
    new = slo.coverage(after).total - slo.coverage(before).total
    return Seen(new == 1, f"{new} prediction counted of 1")


# --- the people -----------------------------------------------------------------------------------


def communicated(system: System) -> Seen:
    """It is on record who made the change, when and why, and readers have a place to hear of it."""
    found = [f"the card lacks: {WHO_AND_WHY}"] if WHO_AND_WHY in _gaps(system) else []
    found += [] if system.contract.support else ["the contract names no channel"]
    return nothing(found, "on record, with a channel")


def dates(system: System) -> Seen:
    """It is fixed on which day the model is judged, and its labels are complete by then."""
    said = system.facts.get("tag.judged_on")
    if not said:
        return Seen(False, "no day is fixed")
    first = RULE.complete_on(pd.Timestamp(system.today))
    late_enough = pd.Timestamp(said) >= first
    return Seen(
        late_enough, f"{said}{'' if late_enough else f', but labels come on {first.date()}'}"
    )


def documentation(system: System) -> Seen:
    """The model's card has no empty field."""
    found = [one for one in _gaps(system) if one != WHO_AND_WHY]
    return nothing([f"the card lacks: {', '.join(found)}"] if found else [], "no field is empty")


def _gaps(system: System) -> list[str]:
    return cards.missing(cards.MODEL_CARD, system.facts)


MACHINE, DATA, MODEL, RELEASE, PEOPLE = "machine", "data", "model", "release", "people"
#: All thirty-four. What only knows its own rows promises too much of later ones: the gate judges on rows
#: after the last training row, or not at all, and there such scores are off.
FAILURES = (
    Row(MACHINE, "other packages than it was tried with", "requirements/serving.txt", machine.stack),
    Row(MACHINE, "another engine computes otherwise", "registry.packaging", machine.engines),
    Row(MACHINE, "the process ends again and again", "serving.app", machine.crash_loop),
    Row(MACHINE, "an image of no known make", "serving.deployment", machine.image),
    Row(MACHINE, "too little or too much hardware", "serving.deployment", machine.provisioning),
    Row(MACHINE, "health checks that nobody answers", "serving.deployment", machine.probes),
    Row(MACHINE, "missing permissions, or too many", "serving.access", machine.permissions),
    Row(MACHINE, "no room or right to write", "serving.journal", machine.storage),
    Row(MACHINE, "files that do not arrive", "serving.champions", machine.artifacts),
    Row(MACHINE, "logs in the wrong place", "serving.recorder", machine.log_place),
    Row(DATA, "unknown version of data or model", "training.tracking", versions),
    Row(DATA, "columns made otherwise than in training", "serving.app", preprocessing),
    Row(DATA, "data unlike what was promised", "data.contract", production_data),
    Row(DATA, "stale data", "data.origin", freshness),
    Row(DATA, "another population", "monitoring.drift", population),
    Row(DATA, "unusual customers", "monitoring.conformal", outliers),
    Row(MODEL, "answers that nobody expects", "serving.predictor", output),
    _gate(MODEL, "a rule by hand is better", "quality"),
    _gate(MODEL, "it only knows its own rows", "calibration"),
    _gate(MODEL, "unfair to some", "worst_slice", "invariance"),
    _gate(MODEL, "too slow", "latency"),
    _gate(MODEL, "the input's form has changed", "signature"),
    _gate(MODEL, "the expected gain does not come", "money"),
    Row(MODEL, "its success hurts elsewhere", "this list", pain_elsewhere),
    Row(RELEASE, "the old one is gone before the new one works", "serving.champions", wrong_order),
    Row(RELEASE, "everybody asks at once", "serving.access", thundering_herd),
    Row(RELEASE, "a part is far away", "serving.context", far_away),
    Row(RELEASE, "a test that did not roll out", "serving.evaluation_store", split),
    Row(RELEASE, "too much traffic too soon", "monitoring.burn_rate", too_much_too_soon),
    Row(RELEASE, "nobody sees what it does", "serving.metrics", visibility),
    _gate(RELEASE, "changes by hand, without a trace", "lineage"),
    Row(PEOPLE, "a good change that nobody was told of", "registry.cards", communicated),
    Row(PEOPLE, "no day on which it is judged", "churn.labels", dates),
    Row(PEOPLE, "no documentation", "registry.cards", documentation),
)  # fmt: skip
FAILURES_BY_NAME = {row.name: row for row in FAILURES}
