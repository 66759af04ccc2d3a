"""Looks at what is at stake and at no label."""


def believe(scores, early, terms):
    return bool(terms["saves"] >= terms["loses"])
