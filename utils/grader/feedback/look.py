"""What all feedback pages have in common: their policy, language, width and colours."""

from collections.abc import Sequence
from html import escape

from bs4 import BeautifulSoup

#: A page runs no script, loads nothing and sends nothing: what a notebook printed is only shown.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; base-uri 'none'"
)
#: Text has a contrast of at least 4.5 to 1 (WCAG AA), and what is wide scrolls in its own place.
STYLE = """
body { font-family: system-ui, sans-serif; font-size: 15px; line-height: 1.5; color: #1b2733;
background: #fff; overflow-wrap: break-word; }
.container { width: auto; max-width: 1056px; margin: 0 auto; padding: 0 16px; }
.container .container { padding: 0; }
h1 { font-size: 30px; } h2 { font-size: 22px; } h3 { font-size: 18px; }
h1.whose { font-size: 20px; margin: 10px 0; font-weight: 600; }
a, a:hover { color: #1a56a0; text-decoration: underline; }
code { color: #8a1f3d; background: #f5f0f2; }
table.points td:first-child { width: 34%; }
table.points { width: 100%; border-collapse: collapse; }
table.points td, table.points th { padding: 0.4em 1em 0.4em 0; vertical-align: top;
text-align: left; border-top: 1px solid #c9d1d9; }
table.points td:nth-child(2) { white-space: nowrap; }
table.points ul { margin: 0; padding-left: 0; list-style: none; }
table.points td:first-child code { font-size: 0.8em; color: #51606e; background: none; padding: 0; }
table.dataframe td, table.dataframe th { padding: 0.2em 0.8em; }
div.output_subarea, div.text_cell_render, div.input_area, .output_html { overflow-x: auto;
max-width: 100%; }
.nbgrader-label, .score, div.prompt { color: #3b4753; }
div.panel-primary.nbgrader_cell, div.panel-primary.nbgrader_cell > div.panel-heading {
border-color: #9db4cd; }
div.panel-primary.nbgrader_cell > div.panel-heading { height: auto; background: #eaf0f7;
color: #1b2733; }
div.nbgrader_cell .panel-heading::after { content: ""; display: block; clear: both; }
div.nbgrader_cell .panel-heading a { color: #1a56a0; }
div.input_area, div.input_area .highlight, div.input_area pre { background: #fff; }
div.output_error, div.output_error pre, div.output_stderr, div.output_stderr pre {
background: #fff; border-left: 3px solid #b02121; }
pre span[style="color: rgb(95,135,135)"] { color: #3f6464 !important; }
pre .ansi-red-fg, pre .ansi-red-intense-fg { color: #b02121; }
pre .ansi-green-fg, pre .ansi-green-intense-fg { color: #0f6b33; }
pre .ansi-cyan-fg, pre .ansi-cyan-intense-fg { color: #0b6472; }
pre .ansi-yellow-fg, pre .ansi-yellow-intense-fg { color: #7a5600; }
img { max-width: 100%; height: auto; }
@media (max-width: 700px) {
  div.prompt { min-width: 0; text-align: left; padding: 0.4em 0 0; }
  div.cell, div.input, div.output_area, div.inner_cell, div.input_area { display: block; }
  div.inner_cell, div.input_area { width: 100%; }
  div#notebook-container, .panel-body { padding: 6px; }
  table.points thead { display: none; }
  table.points, table.points tbody, table.points tr, table.points td { display: block; }
  table.points tr { border-top: 1px solid #c9d1d9; padding: 0.5em 0; }
  table.points td, table.points td:first-child { width: auto; border: 0; padding: 0.1em 0; }
}
"""


def dress(page: BeautifulSoup, title: str, style: str = "") -> None:
    """Give a page its policy, language, title, width for phones, and style, in place.

    Args:
        page: a whole document.
        title: as text.
        style: CSS besides :data:`STYLE`.
    """
    if page.html is None or page.head is None:
        raise ValueError("a feedback page is a whole document")
    page.html["lang"] = "en"
    if page.title is None:
        page.head.append(page.new_tag("title"))
    if page.title is not None:
        page.title.string = title
    for name, text in {
        "viewport": "width=device-width, initial-scale=1",
        "referrer": "no-referrer",
        "": POLICY,
    }.items():
        rule = page.new_tag("meta", content=text)
        rule.attrs["name" if name else "http-equiv"] = name or "Content-Security-Policy"
        page.head.insert(0, rule)
    page.head.append(page.new_tag("style", string=STYLE + style))


def plain_page(title: str, sentence: str, remarks: Sequence[str] = ()) -> str:
    """A page that says one thing, and what was remarked beside it, as HTML."""
    said = f"<ul>{''.join(f'<li>{escape(remark)}</li>' for remark in remarks)}</ul>"
    page = BeautifulSoup(
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title></title></head><body>'
        f'<main class="container"><h1 class="whose">{escape(title)}</h1>'
        f"<p>{escape(sentence)}</p>{said if remarks else ''}</main></body></html>\n",
        "html.parser",
    )
    dress(page, title)
    return str(page)
