"""Draws formulas in Markdown as pictures, since a page that runs no script cannot run MathJax."""

from __future__ import annotations

import warnings
from base64 import b64encode
from html import escape
from io import BytesIO
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

#: Formulas drawn on one page, and the characters that one may have: a page is made in a moment.
FORMULAS, LONGEST = 100, 300
#: Of the letters, and how far below the line a formula may begin, in points.
_SIZE, LOWEST = 10.5, 30
#: For the page on which the pictures are.
STYLE = ".rendered_html img.formula { display: inline; margin: 0; }\n" + "".join(
    f".rendered_html img.low{points} {{ vertical-align: -{points}pt; }}\n"
    for points in range(LOWEST + 1)
)


class Formulas:
    """Turns the Markdown of one page into HTML, its formulas into pictures.

    A formula that is too long, one too many, or not understood by Matplotlib's `mathtext`
    stays as it was typed.
    """

    def __init__(self) -> None:
        self.left = FORMULAS

    def html(self, markdown: str, **renderer: Any) -> str:
        """The Markdown as HTML; `renderer` goes to nbconvert's `IPythonRenderer`."""
        html: str = MarkdownWithMath(renderer=_Renderer(self, **renderer)).render(markdown)
        return html

    def picture(self, formula: str) -> str | None:
        """A formula (TeX, without dollars) as an `img` element; None if it is not drawn."""
        # Matplotlib draws a box for a letter that its font does not have, and logs it.
        if self.left <= 0 or len(formula) > LONGEST or not formula.isascii():
            return None
        self.left -= 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                image, depth = _drawn(formula)
        except Exception:
            # Whatever makes Matplotlib fail is still what was typed.
            return None
        data, text = b64encode(image).decode(), escape(formula.strip(), quote=True)
        return (
            f'<img src="data:image/svg+xml;base64,{data}" alt="{text}" title="{text}" '
            f'class="formula low{min(round(depth), LOWEST)}">'
        )


class _Renderer(IPythonRenderer):
    def __init__(self, formulas: Formulas, **options: Any) -> None:
        super().__init__(escape=False, **options)
        self.formulas = formulas

    def inline_math(self, body: str) -> str:
        return self.formulas.picture(body) or super().inline_math(body)

    def block_math(self, body: str) -> str:
        picture = self.formulas.picture(body)
        return (
            f'<p style="text-align: center">{picture}</p>' if picture else super().block_math(body)
        )


def _drawn(formula: str) -> tuple[bytes, float]:
    """A formula as an SVG file, and how far it hangs below the line, in points."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    text, font = f"${' '.join(formula.split())}$", FontProperties(size=_SIZE)
    width, height, depth, _, _ = MathTextParser("path").parse(text, dpi=72, prop=font)
    file = BytesIO()
    with rc_context({"svg.hashsalt": "formula"}):  # the same bytes each time
        figure = Figure(figsize=(width / 72, height / 72))
        figure.text(0, depth / height, text, fontproperties=font)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return file.getvalue(), depth
