"""From JSON that was meant as a notebook to one that can be run and saved.

Jupyter opens much that the format's schema refuses. Outputs are left out, because grading makes its
own; of metadata only what says which cell of the lab this is. What a learner typed stays.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.validator import get_validator

from coursekit.authoring.notebooks import KERNELSPEC

_FORMAT, _MINOR = 4, 5
_SHARED = {"cell_type", "id", "metadata", "source"}
_FIELDS = {
    "code": _SHARED | {"outputs", "execution_count"},
    "markdown": _SHARED | {"attachments"},
    "raw": _SHARED | {"attachments"},
}
_OUTPUTS = {
    "stream": {"name", "text"},
    "display_data": {"data", "metadata"},
    "execute_result": {"data", "metadata", "execution_count"},
    "error": {"ename", "evalue", "traceback"},
}
_OPTIONAL = {"attachments", "id"}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass
class _Findings:
    """What was wrong, each kind once, and the cells that were nothing that a cell can be."""

    kinds: dict[str, None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def add(self, kind: str) -> None:
        self.kinds[kind] = None


def mend(found: object) -> tuple[NotebookNode, list[str], list[str]]:
    """A notebook of the newest format without outputs.

    Returns:
        The notebook; what was repaired, as short phrases; the cells that are kept as text, because
        they were no cells.

    Raises:
        ValueError: it was not meant as a notebook; the message is a clause that says why.
    """
    if not isinstance(found, dict):
        raise ValueError("the file holds other JSON than a notebook")
    findings = _Findings()
    major, minor = _version(found, findings)
    if major < _FORMAT:
        found, minor = _upgraded(found, major), 0
    cells = found.get("cells")
    if not isinstance(cells, list):
        raise ValueError("the file has no list of cells")
    used = {id_ for cell in cells if (id_ := _own_id(cell))}
    seen: set[str] = set()
    made = [
        _cell(cell, number, minor, findings, used, seen) for number, cell in enumerate(cells, 1)
    ]
    notebook = nbformat.v4.new_notebook(cells=made)
    # Whatever an editor has written there, grading has the course's own.
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": deepcopy(KERNELSPEC), "language_info": {"name": "python"}}
    )
    if not findings.kinds and not findings.texts and major == _FORMAT and not _is_valid(found):
        findings.add("metadata or outputs")
    return notebook, list(findings.kinds), findings.texts


def _version(found: dict[str, Any], findings: _Findings) -> tuple[int, int]:
    """Major and minor number of the format; those that Jupyter has no word for are guessed."""
    major, minor = found.get("nbformat"), found.get("nbformat_minor")
    if major is None and "cells" not in found and "worksheets" not in found:
        raise ValueError("the file holds other JSON than a notebook")
    numbers = []
    for number, usual in ((major, 3 if "worksheets" in found else _FORMAT), (minor, _MINOR)):
        try:
            numbers.append(int(str(number).split(".")[0]))
        except ValueError:
            numbers.append(usual)
        if type(number) is not int:
            findings.add("format number")
    if numbers[0] > _FORMAT:
        raise ValueError(f"its format {numbers[0]} is newer than {_FORMAT}, which Jupyter reads")
    return numbers[0], numbers[1]


def _upgraded(found: dict[str, Any], major: int) -> dict[str, Any]:
    """A notebook of an older format in the newest."""
    older = deepcopy(found) | {"nbformat": major}
    try:
        for sheet in older.get("worksheets", [older]):
            for cell in sheet["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"] = []
        text = json.dumps(older)
        with warnings.catch_warnings(action="ignore"):
            upgraded = nbformat.reads(text, as_version=_FORMAT)
        for cell in upgraded.cells:
            del cell["id"]  # another one each time
        return dict(json.loads(json.dumps(upgraded)))
    except Exception as error:  # these old converters take the form of what they read for granted
        raise ValueError(f"its format {major} is damaged ({type(error).__name__})") from error


def _cell(
    cell: object, number: int, minor: int, findings: _Findings, used: set[str], seen: set[str]
) -> NotebookNode:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        text = cell.get("source", cell) if isinstance(cell, dict) else cell
        cell = {"cell_type": "raw", "metadata": {}, "source": _text(text)}
        findings.texts.append(f"cell {number}")
        minor = 0
    kind = cell["cell_type"]
    if kind not in _FIELDS:
        findings.add("unknown types of cells")
        kind = "raw"
    elif set(cell) - _FIELDS[kind]:
        findings.add("unknown fields")
    needed = _FIELDS[kind] - _OPTIONAL
    if cell["cell_type"] in _FIELDS and needed - set(cell):
        findings.add("missing fields")
    if minor < _MINOR and "id" in cell:
        findings.add("format number")
    made: dict[str, Any] = {
        "cell_type": kind,
        "id": _id(cell, number, minor, findings, used, seen),
        "metadata": _metadata(cell.get("metadata")),
        "source": _source(cell.get("source", ""), number, findings),
    }
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    elif attachments := _attachments(cell.get("attachments")):
        made["attachments"] = attachments
    return nbformat.from_dict(made)


def _own_id(cell: object) -> str:
    """The id of a cell, wherever its editor keeps it; empty where it has none that can be used."""
    if not isinstance(cell, dict):
        return ""
    kept = cell.get("metadata")
    metadata = kept if isinstance(kept, dict) else {}
    # Colab and Deepnote move it into the metadata.
    for id_ in (cell.get("id"), metadata.get("id"), metadata.get("cell_id")):
        if isinstance(id_, str) and _ID.fullmatch(id_):
            return id_
    return ""


def _id(
    cell: dict[str, Any],
    number: int,
    minor: int,
    findings: _Findings,
    used: set[str],
    seen: set[str],
) -> str:
    id_ = _own_id(cell)
    if not id_ or id_ in seen:
        if id_ or "id" in cell or minor >= _MINOR:
            findings.add("cell ids")
        new = (f"cell-{number}{more}" for more in ("", *(f"-{n}" for n in range(len(used) + 1))))
        id_ = next(each for each in new if each not in used | seen)
    seen.add(id_)
    return id_


def _source(source: object, number: int, findings: _Findings) -> str:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        findings.texts.append(f"cell {number}")
        source = _text(source)
    whole = _HALF.sub("\N{REPLACEMENT CHARACTER}", source)
    if whole != source:
        findings.add("halves of characters")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _text(value: object) -> str:
    """What somebody may have typed, in whatever it was wrapped."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(_text, value))
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=1)


def _metadata(found: object) -> dict[str, Any]:
    """The tags and the name of a task; the rest is an editor's own, and nothing of it is used."""
    if not isinstance(found, dict):
        return {}
    kept: dict[str, Any] = {}
    marks, tags = found.get("nbgrader"), found.get("tags")
    if isinstance(marks, dict) and isinstance(name := marks.get("grade_id"), str):
        kept["nbgrader"] = {"grade_id": _HALF.sub("", name)}
    if isinstance(tags, list) and (good := list(dict.fromkeys(_good_tags(tags)))):
        kept["tags"] = good
    return kept


def _good_tags(tags: list[object]) -> Iterable[str]:
    for tag in tags:
        if isinstance(tag, str) and re.fullmatch("[^,\ud800-\udfff]+", tag):
            yield tag


def _attachments(found: object) -> dict[str, Any]:
    """Pictures that a text shows."""
    if not isinstance(found, dict):
        return {}
    kept = {}
    for name, data in found.items():
        if isinstance(data, dict) and (good := {k: v for k, v in data.items() if _is_text(v)}):
            kept[_HALF.sub("", name)] = good
    return kept


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _HALF.search(value)


def _is_valid(found: dict[str, Any]) -> bool:
    """Whether the format's schema has nothing against it.

    The validator itself takes minutes for many outputs; of these only the fields are looked at.
    """
    try:
        outputs = [o for cell in found["cells"] for o in cell.get("outputs", [])]
        bare = found | {
            "cells": [
                cell | ({"outputs": []} if "outputs" in cell else {}) for cell in found["cells"]
            ]
        }
        validator = get_validator(_FORMAT, min(int(found["nbformat_minor"]), _MINOR))
        validator.validate(bare)
        return all(set(o) - {"output_type"} == _OUTPUTS[o["output_type"]] for o in outputs)
    except Exception:  # the validator takes for granted what it is to look at
        return False
