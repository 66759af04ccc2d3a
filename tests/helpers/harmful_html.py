"""HTML that would act if it came through, and what in a piece of HTML can do something."""

from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

# Each would act, load, send, lead away or cover if it came through.
HARM = [
    "<script>harm()</script>",
    "<img src=x onerror=harm()>",
    "<img src='http://192.0.2.1/x.png'>",
    "<img srcset='http://192.0.2.1/x.png 2x'>",
    "<svg onload=harm()><script>harm()</script><foreignObject><b>x</b></foreignObject></svg>",
    "<math><mtext><style><img src=x onerror=harm()></style></mtext></math>",
    "<a href='javascript:harm()'>x</a>",
    "<a href=' jAvA&Tab;script:harm()'>x</a>",
    "<a href='vbscript:harm()'>x</a>",
    "<a href='data:text/html,<script>harm()</script>'>x</a>",
    "<a href='/formgrader' target=_top ping='http://192.0.2.1/'>x</a>",
    "<meta http-equiv=refresh content='0;url=http://192.0.2.1/'>",
    "<base href='http://192.0.2.1/'>",
    "<link rel=stylesheet href='http://192.0.2.1/x.css'>",
    "<style>body { display: none }</style>",
    "<iframe srcdoc='<script>harm()</script>'></iframe>",
    "<object data='x.swf'><embed src='x.swf'></object>",
    "<form action='http://192.0.2.1/'><input name=a><button>x</button></form>",
    "<button formaction='javascript:harm()'>x</button>",
    "<textarea autofocus onfocus=harm()>",
    "<video src='http://192.0.2.1/x.mp4' autoplay></video><audio src=x></audio>",
    "<div style='background: url(http://192.0.2.1/x.png)'>x</div>",
    "<div style='position: fixed; top: 0; margin-top: -9em; height: 0; width: 9in'>x</div>",
    "<div class='navbar-fixed-top' id='toc'>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=harm()>'></noscript>",
    "<template><img src=x onerror=harm()></template>",
    "<marquee onstart=harm()>x</marquee><details ontoggle=harm() open>x</details>",
    "<img src='data:image/svg+xml,<svg onload=harm()>'>",
]
# Parsers disagree about these, so that only what comes out can be looked at.
PUZZLES = [
    "<scr<script>ipt>harm()</scr</script>ipt>",
    "<!--><img src=x onerror=harm()>-->",
    "</div></div></body><h4 onclick=harm()>Score: 100</h4>",
    "<p title='`<img src=x onerror=harm()>`'>`</p>",
    "<x<img src=x onerror=harm()//<b>",
]
TAGS = [
    *("script", "style", "iframe", "object", "embed", "form", "input", "button", "base", "link"),
    *("meta", "svg", "math", "template", "noscript", "textarea", "video", "audio", "marquee"),
    "foreignobject",
]
ATTRIBUTES = {
    "srcset",
    "srcdoc",
    "target",
    "ping",
    "formaction",
    "action",
    "id",
    "class",
    "autofocus",
}
STYLES = ("url", "position", "margin", "height", "width", "background:")


def alive(html: str) -> list[str]:
    """Everything in a piece of HTML that can do something."""
    soup = BeautifulSoup(html, "html.parser")
    found = [tag.name for tag in soup.find_all(TAGS)]
    for tag in soup.find_all(True):
        found += [name for name in tag.attrs if name.startswith("on") or name in ATTRIBUTES]
        found += [word for word in STYLES if word in str(tag.get("style", ""))]
        address = str(tag.get("href", tag.get("src", "http:" if tag.name == "a" else "data:image")))
        if (
            not address.startswith(("http:", "https:", "data:image"))
            or str(tag.get("src", "d"))[0] != "d"
        ):
            found.append(address)
        if address.startswith("data:") and ";base64," not in address and tag.get("src"):
            found.append(address)
    return found


def cell_showing(**data: str) -> NotebookNode:
    """A cell whose output has these kinds, as in ``text__html`` or ``image__svg_xml``."""
    bundle = {name.replace("__", "/").replace("_", "+"): value for name, value in data.items()}
    return new_code_cell("1", outputs=[new_output("display_data", bundle)])
