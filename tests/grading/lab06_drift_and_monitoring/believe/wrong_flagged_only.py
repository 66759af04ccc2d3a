"""Compares the flagged early customers with the estimate, as if they were all."""


def believe(scores, early, terms):
    flagged = early[early["score"] >= terms["threshold"]]
    return len(flagged) > 0 and bool(
        abs(flagged["left"].mean() - terms["estimate"]) <= terms["off"]
    )
