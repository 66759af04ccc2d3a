"""A group that has lost half of its customers; three months together."""


def decide(seen):
    before, now = seen["customers"][-2:]
    if any(now[g] < 0.5 * before[g] and before[g] > 60 for g in before):
        return "alarm"
    for called in (False, True):
        rows = [
            row
            for month in seen["labelled"][-3:]
            for group, row in month.items()
            if (seen["model"][group] >= 0.1) is called
        ]
        expected, left = sum(r["expected"] for r in rows), sum(r["left"] for r in rows)
        if abs(left - expected) > 4 * math.sqrt(max(expected, 1)):
            return "retrain"
    return "keep"
