"""The course as a list of modules, lessons and labs, and its map as a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

import yaml

from coursekit import paths

Route = Literal["self_study", "two_days", "half_day"]
ROUTES: dict[Route, str] = {
    "self_study": "Self-study",
    "two_days": "Two-day workshop",
    "half_day": "Half-day workshop",
}
#: Hours of notebooks that fit into a workshop, breaks not counted: seven a day, four in half a day.
HOURS: dict[Route, int] = {"two_days": 14, "half_day": 4}


@dataclass(frozen=True)
class Unit:
    """A lesson or a lab.

    Attributes:
        path: the notebook that a learner opens.
        title: as on the map.
        routes: the ways through the course that it belongs to.
        is_lab: whether it is a lab.
    """

    path: Path
    title: str
    routes: tuple[Route, ...]
    is_lab: bool

    @property
    def written(self) -> bool:
        """Whether the notebook exists yet."""
        return self.path.is_file()

    def minutes(self) -> int | None:
        """What the notebook says it takes; None if it is not written."""
        if not self.written:
            return None
        found = re.search(r"\*Time\*[^0-9]*(\d+)(?:[-–](\d+))? min", self.path.read_text("utf-8"))
        return int(found.group(2) or found.group(1)) if found else None


@dataclass(frozen=True)
class Module:
    """A module with the question it answers."""

    folder: str
    title: str
    question: str
    units: tuple[Unit, ...]


def load(root: Path | None = None) -> list[Module]:
    """Read ``modules/outline.yml`` of the course at ``root`` (default: this course)."""
    base = root or paths.course_root()
    entries = yaml.safe_load((base / "modules" / "outline.yml").read_text("utf-8"))["modules"]
    return [
        Module(entry["folder"], entry["title"], entry["question"], tuple(_units(base, entry)))
        for entry in entries
    ]


def _units(base: Path, entry: dict[str, Any]) -> Iterator[Unit]:
    for lesson in entry["lessons"]:
        path = base / "modules" / entry["folder"] / f"{lesson['file']}.ipynb"
        yield Unit(path, lesson["title"], ("self_study", *lesson["paths"]), is_lab=False)
    for lab in entry["labs"]:
        path = base / "labs" / lab["file"] / f"{lab['file']}.ipynb"
        yield Unit(path, lab["title"], ("self_study", *lab["paths"]), is_lab=True)


def route(modules: list[Module], name: Route) -> list[Unit]:
    """The lessons and labs of one way through the course, in order."""
    return [unit for module in modules for unit in module.units if name in unit.routes]


_WIDTH, _COLUMN, _ROW, _TOP = 1240, 196, 30, 76
_STYLE = """
text{font-family:system-ui,sans-serif;font-size:11.5px;fill:#1b2733}
.head{font-size:13px;font-weight:600;fill:#fff}.ask{font-size:10px;fill:#51606e}
.lesson{fill:#e3eefb;stroke:#3a78c3}.lab{fill:#fdeccd;stroke:#c98a1b}
.planned{fill:#fff;stroke:#b6c0ca;stroke-dasharray:3 3}.planned-text{fill:#8a96a3}
"""


def draw_map(modules: list[Module]) -> str:
    """The map as SVG: a column a module, lessons above labs; what is not written yet is dashed.

    The legend explains a dashed frame only if there is one.
    """
    height = _TOP + _ROW * max(len(module.units) for module in modules) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Map of the course</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
    ]
    gap = (_WIDTH - len(modules) * _COLUMN) / (len(modules) + 1)
    for number, module in enumerate(modules):
        parts += _draw_module(number, module, gap + number * (_COLUMN + gap))
    planned = any(not unit.written for module in modules for unit in module.units)
    parts += _draw_legend(height - 24, planned)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _draw_module(number: int, module: Module, x: float) -> Iterator[str]:
    yield f'<rect x="{x:.0f}" y="8" width="{_COLUMN}" height="28" rx="4" fill="#22405f"/>'
    yield f'<text class="head" x="{x + 8:.0f}" y="27">{number}  {escape(module.title)}</text>'
    words = module.question.split()
    half = (len(words) + 1) // 2
    for line, chunk in enumerate((words[:half], words[half:])):
        yield f'<text class="ask" x="{x + 2:.0f}" y="{50 + 13 * line}">{escape(" ".join(chunk))}</text>'
    for row, unit in enumerate(module.units):
        yield from _draw_unit(unit, x, _TOP + _ROW * row)


def _draw_unit(unit: Unit, x: float, y: float) -> Iterator[str]:
    kind = "lab" if unit.is_lab else "lesson"
    look, ink = (kind, "") if unit.written else ("planned", ' class="planned-text"')
    text = f"Lab: {unit.title}" if unit.is_lab else unit.title
    yield f'<rect class="{look}" x="{x:.0f}" y="{y}" width="{_COLUMN}" height="24" rx="4"/>'
    yield f'<text{ink} x="{x + 7:.0f}" y="{y + 16}">{escape(text)}</text>'


def _draw_legend(y: float, planned: bool) -> Iterator[str]:
    entries = [("lesson", "lesson"), ("lab", "graded lab")]
    entries += [("planned", "not written yet")] if planned else []
    for number, (look, text) in enumerate(entries):
        x = 10 + number * 120
        yield f'<rect class="{look}" x="{x}" y="{y}" width="18" height="14" rx="3"/>'
        yield f'<text x="{x + 24}" y="{y + 11}">{text}</text>'
