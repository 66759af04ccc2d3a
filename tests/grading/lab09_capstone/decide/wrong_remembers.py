"""Remembers its alarms: a feed breaks at most twice."""

ALARMS = []


def decide(seen):
    # A sale adds customers. A broken feed moves them: as many as before, and groups that lose far
    # more customers, and others that win far more, than chance explains.
    before, now = seen["customers"][-2:]
    total = sum(before.values())
    moved = [(now[group] - before[group]) / math.sqrt(before[group] + 1) for group in before]
    if (
        abs(sum(now.values()) - total) < 0.05 * total
        and min(moved) < -6
        and max(moved) > 6
        and len(ALARMS) < 2
    ):
        ALARMS.append(seen["month"])
        return "alarm"

    # The two newest labelled months must say the same of those who are called, or of the others.
    def surprise(month, called):
        rows = [row for group, row in month.items() if (seen["model"][group] >= 0.1) == called]
        expected = sum(row["expected"] for row in rows)
        return (sum(row["left"] for row in rows) - expected) / math.sqrt(max(expected, 1))

    for called in (True, False):
        first, second = (surprise(month, called) for month in seen["labelled"][-2:])
        if first * second > 0 and min(abs(first), abs(second)) > 2.2:
            return "retrain"
    return "keep"
