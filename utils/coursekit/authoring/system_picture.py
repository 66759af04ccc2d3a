"""One picture of the whole system, and a copy of it for each place with that place marked.

Each lesson shows the copy of its own place, ``../system/PLACE.svg``, below its *Time* line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal, get_args

Place = Literal[
    "whole",
    "sources",
    "tables",
    "labels",
    "features",
    "training",
    "registry",
    "serving",
    "scoring",
    "monitoring",
    "release",
    "pipeline",
]
PLACES: tuple[Place, ...] = get_args(Place)
#: The places as the data pass them, from the customers and back to them.
CHAIN = (
    "the customers and the company's sources, tables behind a quality gate, labels and features, "
    "training, a registry with gates, serving and scoring, monitoring, and releases, which lead "
    "back to training and to the customers; a pipeline runs all of it"
)


@dataclass(frozen=True)
class Box:
    """A part of the system: its name above two short lines on what it is."""

    place: Place
    lines: tuple[str, str]
    x: int
    y: int
    height: int = 60


_WIDTH, _HEIGHT, _BOX = 700, 350, 112
_COLUMNS = (24, 159, 294, 429, 564)
BOXES = (
    Box("sources", ("customers, billing,", "events"), _COLUMNS[0], 88),
    Box("tables", ("a quality gate,", "versions"), _COLUMNS[1], 88),
    Box("labels", ("who left, and when", "that is known"), _COLUMNS[2], 54),
    Box("features", ("what models read,", "feature store"), _COLUMNS[2], 122),
    Box("training", ("experiments,", "tracked"), _COLUMNS[3], 88),
    Box("registry", ("versions, gates,", "approvals"), _COLUMNS[4], 88),
    Box("serving", ("one customer,", "in real time"), _COLUMNS[4], 208),
    Box("scoring", ("all customers,", "batch or stream"), _COLUMNS[4], 276),
    Box("monitoring", ("drift, money,", "alerts"), _COLUMNS[3], 242),
    Box("release", ("in steps, and by", "experiment"), _COLUMNS[2], 242),
)
_PIPELINE = "runs every step, on time and in order, and decides by its figures whether to go on"
#: Arrows as paths, each ending in a head.
_ARROWS = (
    "M136 118H159",  # sources to tables
    "M271 118H281",  # tables to labels and features, which join below
    "M281 84V152M281 84H294",
    "M281 152H294",
    "M406 84H417M406 152H417M417 84V152M417 118H429",
    "M541 118H564",  # training to registry
    "M620 148V208",  # registry to serving, and around it to scoring
    "M620 178H685V306H676",
    "M564 238H552M564 306H552M552 238V306M552 272H541",
    "M429 272H406",  # monitoring to release
    "M350 242V204H485V148",  # and back to training
    "M294 272H80V148",  # decisions reach customers
)
_STYLE = """
text{font-family:system-ui,sans-serif;font-size:11px;fill:#1b2733}
.name{font-size:14px;font-weight:700}.note{font-style:italic}
.part{fill:#fff;stroke:#51606e}.arrow{fill:none;stroke:#51606e;stroke-width:1.5;marker-end:url(#head)}
.here{fill:#12304f;stroke:#12304f;stroke-width:3}.on-here{fill:#fff}
.frame{fill:none;stroke:#51606e;stroke-dasharray:5 4}.frame-here{stroke:#12304f;stroke-width:4;stroke-dasharray:none}
"""


def alt_text(place: Place) -> str:
    """What the picture shows, for those who cannot see it."""
    if place == "whole":
        return f"The whole system: {CHAIN}."
    marked = "the pipeline around it" if place == "pipeline" else place
    return f"The whole system: {CHAIN}. Marked: {marked}."


def draw(place: Place) -> str:
    """The system as SVG, with ``place`` white on dark, and nothing marked for ``whole``."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(_title(place))}</title>",
        f"<desc>{escape(alt_text(place))}</desc>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#51606e"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_draw_pipeline(marked=place == "pipeline"),
        *(f'<path class="arrow" d="{path}"/>' for path in _ARROWS),
        '<text class="note" x="90" y="264">decisions reach the customers,</text>',
        '<text class="note" x="90" y="289">whose next data show it</text>',
        '<text class="note" x="357" y="199">train again</text>',
    ]
    for box in BOXES:
        parts += _draw_box(box, marked=box.place == place)
    return "\n".join([*parts, "</svg>"]) + "\n"


def write_all(folder: Path) -> list[Path]:
    """Write ``PLACE.svg`` into ``folder`` for every place."""
    folder.mkdir(exist_ok=True)
    written = []
    for place in PLACES:
        target = folder / f"{place}.svg"
        target.write_text(draw(place), encoding="utf-8")
        written.append(target)
    return written


def _title(place: Place) -> str:
    return "The whole system" if place == "whole" else f"The whole system, with {place} marked"


def _draw_box(box: Box, marked: bool) -> Iterator[str]:
    look, ink = ("part here", " on-here") if marked else ("part", "")
    yield (
        f'<rect class="{look}" x="{box.x}" y="{box.y}" width="{_BOX}" height="{box.height}" rx="5"/>'
    )
    middle = box.x + _BOX // 2
    rows = (("name", box.place.capitalize(), 20), ("", box.lines[0], 37), ("", box.lines[1], 51))
    for style, text, down in rows:
        kind = f"{style}{ink}".strip()
        yield (
            f'<text class="{kind}" x="{middle}" y="{box.y + down}" text-anchor="middle">'
            f"{escape(text)}</text>"
        )


def _draw_pipeline(marked: bool) -> Iterator[str]:
    look, ink = ("frame frame-here", " on-here") if marked else ("frame", "")
    yield f'<rect class="{look}" x="6" y="6" width="688" height="338" rx="8"/>'
    if marked:
        yield '<rect class="here" x="6" y="6" width="688" height="32" rx="8"/>'
    yield f'<text class="name{ink}" x="18" y="27">Pipeline</text>'
    yield f'<text class="{ink.strip()}" x="88" y="27">{escape(_PIPELINE)}</text>'
