"""What each of the course's kernels does at its start: an IPython extension.

``install`` names it in this environment's configuration of IPython, so that every kernel loads it,
whoever starts it: JupyterLab, an editor, nbval, papermill, the grader (in its sandbox, too).
"""

from __future__ import annotations

import ast
from typing import Any

from coursekit.environment import known

#: The kinds of nodes without content, of which CPython has one object each for all syntax trees.
SHARED_NODES = (ast.expr_context, ast.boolop, ast.operator, ast.unaryop, ast.cmpop)


def load_ipython_extension(shell: Any) -> None:
    """What IPython calls."""
    known.enter()
    copy_shared_nodes_by_name()


def copy_shared_nodes_by_name() -> None:
    """Have a copy of a syntax tree share these nodes with the original, as a parsed one does.

    To show where an error happened, IPython (by way of ``executing``) notes in each node of a file's
    tree which node is above it. On a shared node that note leads to the tree of whichever file came
    last, so that from then on a copy of any small tree holds a copy of that whole tree. typeguard
    copies an annotation of each function that it checks: ``import feast`` took minutes after a
    learner's first error, and takes the usual seconds with this.
    """
    for kind in SHARED_NODES:
        kind.__deepcopy__ = lambda node, memo: node  # type: ignore[union-attr]
