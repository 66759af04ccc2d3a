"""Fails where nobody has asked."""


def roll_back(hours):
    n = {v: sum(h[v]["requests"] for h in hours) for v in ("champion", "candidate")}
    e = {v: sum(h[v]["errors"] for h in hours) for v in ("champion", "candidate")}
    mine, other = e["candidate"] / n["candidate"], e["champion"] / n["champion"]
    return mine > 1.5 * other and n["candidate"] > 1000
