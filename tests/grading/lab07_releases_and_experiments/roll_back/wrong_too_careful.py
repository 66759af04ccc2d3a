"""Only what is beyond doubt."""


def roll_back(hours):
    n = {v: sum(h[v]["requests"] for h in hours) for v in ("champion", "candidate")}
    e = {v: sum(h[v]["errors"] for h in hours) for v in ("champion", "candidate")}
    if not n["candidate"] or not n["champion"]:
        return False
    mine, other = e["candidate"] / n["candidate"], e["champion"] / n["champion"]
    both = (e["candidate"] + e["champion"]) / (n["candidate"] + n["champion"])
    error = math.sqrt(both * (1 - both) * (1 / n["candidate"] + 1 / n["champion"]))
    return bool(error > 0 and (mine - other) / error > 4.5)
