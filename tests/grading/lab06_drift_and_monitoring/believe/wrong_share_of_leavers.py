"""Compares the share of leavers among the early with the estimate of the precision."""


def believe(scores, early, terms):
    return bool(abs(early["left"].mean() - terms["estimate"]) <= terms["off"])
