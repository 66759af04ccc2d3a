"""Model card and technical documentation, rendered from tracked facts only.

    known = facts(client, "churn", "3")
    Path("card.md").write_text(model_card(known))

Each field names the facts that it shows. A field without a tracked fact says so; nothing is ever
filled in. The fields of the model card follow Mitchell et al., "Model Cards for Model Reporting",
FAT* 2019; those of the technical documentation follow Annex IV of Regulation (EU) 2024/1689, the AI
Act, shortened. Whether what is tracked satisfies the law is for a person to judge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mlflow import MlflowClient

from churn.registry.promotion import AUDIT, DECISION

#: From the name of a fact to what is known, as text.
Facts = Mapping[str, str]
NOT_TRACKED = "*not tracked*"


@dataclass(frozen=True)
class Field:
    """One line of a document: its label, and patterns of the facts that belong there."""

    label: str
    patterns: tuple[str, ...]


def _field(label: str, *patterns: str) -> Field:
    return Field(label, patterns)


MODEL_CARD: dict[str, tuple[Field, ...]] = {
    "Model details": (
        _field("Name and version", "model.name", "model.version"),
        _field("Kind and settings", "param.*"),
        _field("Responsible", "tag.owner"),
        _field("Fingerprint of the files", "tag.digest"),
        _field("Software", "run.version.*"),
    ),
    "Intended use": (
        _field("Purpose", "tag.intended_use"),
        _field("Out of scope", "tag.out_of_scope"),
    ),
    "Data": (
        _field("Training data", "tag.data_version", "run.sha256.*"),
        _field("Youngest training row", "tag.trained_until"),
        _field("Code", "tag.code_version"),
    ),
    "Metrics": (
        _field("When it was trained", "metric.*"),
        _field("At the gate", "gate.*"),
    ),
    "Ethical considerations": (
        _field("Groups compared", "gate.worst_slice.*"),
        _field("What must not matter", "gate.invariance.*"),
        _field("Decisions taken", "tag.fairness_decision"),
    ),
    "Approval": (_field("Who, when and why", "audit.*"),),
}

ANNEX_IV: dict[str, tuple[Field, ...]] = {
    "1. General description of the system": (
        _field("Intended purpose", "tag.intended_use"),
        _field("Provider", "tag.owner"),
        _field("Version and relation to earlier versions", "model.*", "audit.*"),
        _field("Software it interacts with", "run.version.*"),
        _field("Form in which it is put into service", "tag.served_as"),
        _field("Instructions for use", "tag.instructions"),
    ),
    "2. Elements of the system and their development": (
        _field("Methods and steps of development", "tag.code_version", "run.mlflow.source.*"),
        _field("Design and key choices", "param.*"),
        _field("Data: provenance, scope, selection", "tag.data_version", "run.sha256.*"),
        _field("Human oversight", "tag.human_oversight"),
        _field("Validation and testing", "metric.*", "gate.*"),
        _field("Cybersecurity", "gate.files_signed.*", "tag.digest"),
    ),
    "3. Monitoring, functioning and control": (
        _field("Accuracy, also for groups of persons", "gate.quality.*", "gate.worst_slice.*"),
        _field("Foreseeable unintended outcomes", "tag.known_risks"),
        _field("Specification of input data", "gate.signature.*", "gate.table_schema.*"),
    ),
    "4. Appropriateness of the performance metrics": (
        _field("Why these metrics", "tag.metrics_rationale"),
    ),
    "5. Risk management system": (_field("Risk management", "tag.risk_management"),),
    "6. Changes through the lifecycle": (_field("Promotions and rollbacks", "audit.*"),),
    "7. Harmonised standards applied": (_field("Standards", "tag.standards"),),
    "8. EU declaration of conformity": (_field("Declaration", "tag.declaration_of_conformity"),),
    "9. Post-market monitoring": (_field("Plan", "tag.monitoring_plan"),),
}


def facts(client: MlflowClient, name: str, version: str) -> dict[str, str]:
    """Everything that the store holds about a version and its run, by name.

    ``model.…`` its name and number, ``tag.…`` tags of the version, ``param.…``, ``metric.…`` and
    ``run.…`` what its run recorded, ``gate.<criterion>.…`` what the gate found, ``audit.…`` its
    promotions. A text that is empty is no fact.
    """
    found = client.get_model_version(name, version)
    known = {"model.name": name, "model.version": version}
    for tag, text in found.tags.items():
        if tag == DECISION:
            known |= _gate(text)
        elif tag.startswith(AUDIT):
            known |= _audit(tag, text)
        else:
            known[f"tag.{tag}"] = text
    if found.run_id:
        run = client.get_run(found.run_id).data
        known |= {f"param.{key}": text for key, text in run.params.items()}
        known |= {f"metric.{key}": f"{value:.4g}" for key, value in run.metrics.items()}
        known |= {f"run.{key}": text for key, text in run.tags.items()}
    return {key: text for key, text in known.items() if text.strip()}


def model_card(known: Facts) -> str:
    """The model card, in Markdown."""
    return _render("Model card", MODEL_CARD, known)


def annex_iv(known: Facts) -> str:
    """The technical documentation that Annex IV of the EU AI Act asks for, in Markdown."""
    return _render("Technical documentation (EU AI Act, Annex IV)", ANNEX_IV, known)


def missing(sections: Mapping[str, tuple[Field, ...]], known: Facts) -> list[str]:
    """The labels of the fields of which nothing is tracked."""
    return [f.label for group in sections.values() for f in group if not _shown(f, known)]


def _render(title: str, sections: Mapping[str, tuple[Field, ...]], known: Facts) -> str:
    lines = [f"# {title}"]
    for heading, group in sections.items():
        lines += ["", f"## {heading}", ""]
        for field in group:
            shown = _shown(field, known)
            lines.append(f"- **{field.label}**: {'' if shown else NOT_TRACKED}".rstrip())
            lines += [f"    - {key}: {_plain(text)}" for key, text in shown.items()]
    return "\n".join(lines) + "\n"


def _shown(field: Field, known: Facts) -> dict[str, str]:
    keys = (k for k in sorted(known) if any(fnmatchcase(k, p) for p in field.patterns))
    return {key: known[key] for key in keys}


def _plain(text: str) -> str:
    """A tracked text as text: in one line, and never as Markdown of its own."""
    return "`" + " ".join(text.split()).replace("`", "'") + "`"


def _gate(text: str) -> dict[str, str]:
    try:
        verdicts = json.loads(text)["verdicts"]
        return {
            f"gate.{v['name']}.{'passed' if v['passed'] is True else 'refused'}": v["reason"]
            for v in verdicts
        }
    except (ValueError, KeyError, TypeError):
        return {}


def _audit(tag: str, text: str) -> dict[str, str]:
    try:
        record = json.loads(text)
        told = [record[key] for key in ("when", "action", "who", "why", "state")]
        told.insert(2, f"in place of version {record['replaced'] or 'none'}")
    except (ValueError, KeyError, TypeError):
        return {}
    return {tag: " · ".join(map(str, told))}
