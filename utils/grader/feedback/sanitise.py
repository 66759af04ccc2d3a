"""Makes a learner's text, HTML and pictures safe to show on a page, and bounded in size."""

from __future__ import annotations

import re
import time
from html import escape
from typing import Any

import nbformat
from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from bs4 import BeautifulSoup
from nbformat import NotebookNode

#: Characters kept of one output or source, of one cell's pictures, and of all that is the learner's.
#: Markdown and HTML that are made to strain their parsers take a second or two for this much text.
TEXT, PICTURE, PAGE = 10_000, 1_000_000, 3_000_000
#: Outputs kept of one cell.
OUTPUTS = 50
#: Seconds for all HTML of a page. A usual table takes thousandths; what is left over shows as text.
SECONDS = 10.0
CUT = "… the rest was cut off"

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "center",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
#: Elements that go with all they hold; of other unknown ones the text stays.
_DROPPED = [
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "title",
    "textarea",
    "select",
    "noembed",
    "noframes",
]
_ATTRIBUTES = frozenset(["alt", "align", "border", "colspan", "open", "rowspan", "start", "title"])
#: None of these loads anything or puts something on top of the page's own parts.
_STYLES = [
    "background-color",
    "border",
    "border-collapse",
    "border-color",
    "border-style",
    "border-width",
    "color",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "padding",
    "text-align",
    "text-decoration",
    "white-space",
]
_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
_INLINE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_SIZE = re.compile(r"\d{1,4}%?")
#: Of code that Pygments has coloured, of tables and of formulas.
_CLASS = re.compile(r"highlight|dataframe|formula|low[0-9]{1,2}|[a-z]{1,2}[0-9]?")
#: In Markdown: a letter by its number or name, and the beginning of a link that runs a script.
_ENTITY = re.compile(r"&(?=#|\w+;)")
_LEADS_TO_CODE = re.compile(r"((?:java|vb)script)\s*:", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
#: The first that an output has is shown.
_KINDS = (
    "text/html",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "text/markdown",
    "text/latex",
    "text/plain",
)


def clean_html(html: str) -> str:
    """HTML that shows what it showed, and does, loads and covers nothing."""
    try:
        soup = BeautifulSoup(html, "html.parser")
        for element in soup.find_all(_DROPPED):
            element.decompose()
        cleaner = Cleaner(
            tags=_TAGS,
            attributes=_is_allowed,
            protocols={"http", "https", "mailto", "data"},
            strip=True,
            css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
        )
        return str(cleaner.clean(str(soup)))
    except (RecursionError, ValueError, AssertionError):
        # Parsers give up on some of what is meant to harm them.
        return f"<pre>{escape(html)}</pre>"


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and bool(_LINK.match(value.strip()))
    if name == "src":
        return tag == "img" and bool(_INLINE.fullmatch(value.strip()))
    if name in ("width", "height"):
        return tag == "img" and bool(_SIZE.fullmatch(value.strip()))
    if name == "class":
        return all(map(_CLASS.fullmatch, value.split()))
    return name in _ATTRIBUTES or name == "style"


def cut(text: str, limit: int = TEXT) -> str:
    """At most `limit` characters, with a note where some are missing."""
    return text if len(text) <= limit else f"{text[:limit]}\n{CUT}\n"


def without_html(markdown: str) -> str:
    """Markdown whose HTML shows as text, and whose links run no script."""
    return _LEADS_TO_CODE.sub(r"\1 ", _ENTITY.sub("& ", markdown)).replace("<", "&lt;")


class Patience:
    """Makes HTML safe until that has taken `SECONDS` in all; cuts text after `longest` characters."""

    def __init__(self, longest: int) -> None:
        self.longest, self.left = longest, SECONDS

    def cut(self, text: str) -> str:
        return cut(text, self.longest)

    def clean(self, html: str) -> str:
        """`clean_html`, or nothing once the seconds are used up."""
        if self.left <= 0:
            return ""
        began = time.monotonic()
        cleaned = clean_html(html)
        self.left -= time.monotonic() - began
        return cleaned


def clean_cell(cell: NotebookNode, marks: Any, patience: Patience) -> NotebookNode:
    """The cell without metadata but nbgrader's, and without attached files of unknown types."""
    clean = nbformat.from_dict(cell)
    clean.metadata = NotebookNode({"nbgrader": marks} if marks else {})
    clean.source = patience.cut(cell.source)
    if "attachments" in clean:
        clean.attachments = {
            str(name): kept
            for name, data in clean.attachments.items()
            if (kept := {k: v for k, v in data.items() if _is_picture(k, v)})
        }
    if clean.cell_type == "code":
        clean.outputs = _clean_outputs(cell.outputs, patience)
    return clean


def _clean_outputs(outputs: list[NotebookNode], patience: Patience) -> list[NotebookNode]:
    kept = [clean for output in outputs[:OUTPUTS] if (clean := _clean_output(output, patience))]
    left = PICTURE
    for place, output in enumerate(kept):
        left -= len(str(output))
        if left < 0:
            return [*kept[:place], _note()]
    return [*kept, _note()] if len(outputs) > OUTPUTS else kept


def _clean_output(output: NotebookNode, patience: Patience) -> NotebookNode | None:
    clean = nbformat.from_dict(output)
    if output.output_type == "stream":
        clean.text = patience.cut(output.text)
        return clean
    if output.output_type == "error":
        clean.traceback = [patience.cut("\n".join(map(str, output.traceback)))]
        clean.evalue = patience.cut(output.evalue)
        return clean
    for kind in _KINDS:
        value = _clean_value(kind, output.data.get(kind), patience)
        if value:
            clean.data, clean.metadata = NotebookNode({kind: value}), _alternative(output, kind)
            return clean
    return None


def _clean_value(kind: str, value: Any, patience: Patience) -> str:
    if not isinstance(value, str):
        return ""
    if kind == "text/html":
        return patience.clean(cut(value, 2 * TEXT)).strip()
    if kind == "image/svg+xml":
        # The template puts it into an <img>, where it cannot run or load anything.
        return value if len(value) <= PICTURE else ""
    if kind.startswith("image/"):
        return value if _is_picture(kind, value) else ""
    return patience.cut(value)


def _alternative(output: NotebookNode, kind: str) -> NotebookNode:
    """Of an output's metadata, the text for those who cannot see its picture."""
    details = output.get("metadata", {}).get(kind)
    text = details.get("alt") if isinstance(details, dict) else None
    return NotebookNode({kind: NotebookNode(alt=cut(text))} if isinstance(text, str) else {})


def _is_picture(kind: Any, value: Any) -> bool:
    return (
        kind in ("image/png", "image/jpeg", "image/gif")
        and isinstance(value, str)
        and len(value) <= PICTURE
        and bool(_BASE64.fullmatch(value))
    )


def _note() -> NotebookNode:
    note: NotebookNode = nbformat.v4.new_output("stream", text=f"{CUT}\n")
    return note
