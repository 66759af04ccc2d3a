"""Twice the rate of the champion so far."""


def roll_back(hours):
    n = {v: sum(h[v]["requests"] for h in hours) for v in ("champion", "candidate")}
    e = {v: sum(h[v]["errors"] for h in hours) for v in ("champion", "candidate")}
    if not n["candidate"] or not n["champion"]:
        return False
    mine, other = e["candidate"] / n["candidate"], e["champion"] / n["champion"]
    return mine > 2 * other
