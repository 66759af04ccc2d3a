"""Is it ready for production? Checks that look at this repository and at its running service.

``secrets`` scans files before they are committed, ``delivery`` is a build and a release pipeline
behind a Git repository (``workflows`` follows the steps of a file of GitHub Actions), ``pyramid`` counts
tests by what they look at. ``system`` is a small running system for checks to look at; ``rows`` says what
a check is and makes the table of a list of them. ``requirements`` is the checklist of what production
asks for, and ``failures`` the ways in which a model fails on its way out of the laptop, each with the
check that catches it (``machine``: those of machine and image). ``tree_picture`` draws a fault tree.
"""
