"""Scripts in outputs, in Markdown and in an error message wait for whoever reads the feedback."""

from grader.cycle.samples import fill_in

FORGED = ("double-test",)
SCRIPT = "<script>attackmark()</script><img src=x onerror=attackmark()><svg onload=attackmark()>"
FEEDBACK = True
REFRESH = '<meta http-equiv="refresh" content="0;url=http://192.0.2.1/">'
CODE = f"""
from IPython.display import HTML, Javascript, Markdown, display

display(HTML({SCRIPT!r}), Javascript("attackmark()"), Markdown({SCRIPT!r}))
display(HTML({REFRESH!r} + "<form action=http://192.0.2.1><input name=a></form>"))
display(HTML("<a href='javascript:attackmark()'>grade</a><iframe srcdoc='{SCRIPT}'></iframe>"))
svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='attackmark()'/>"
display({{"image/svg+xml": svg}}, raw=True)
print({SCRIPT!r})


def double(x):
    raise ValueError({SCRIPT!r})
"""


def cheat(notebook):
    notebook.cells[0].source += SCRIPT
    return fill_in(notebook, {"double": CODE, "why": SCRIPT})
