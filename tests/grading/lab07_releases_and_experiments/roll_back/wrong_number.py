"""A number, not True or False."""


def roll_back(hours):
    n = {v: sum(h[v]["requests"] for h in hours) for v in ("champion", "candidate")}
    e = {v: sum(h[v]["errors"] for h in hours) for v in ("champion", "candidate")}
    if not n["candidate"] or not n["champion"]:
        return False
    mine, other = e["candidate"] / n["candidate"], e["champion"] / n["champion"]
    return 1 if mine > 1.5 * other and n["candidate"] > 1000 else 0
