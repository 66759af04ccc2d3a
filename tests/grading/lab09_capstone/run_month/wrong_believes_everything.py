"""Every delivery is taken for good."""


def run_month(disk, delivery):
    month, told = delivery["month"], delivery["groups"]
    # The order is the last write of a month: once it is there, the month is done.
    if any(order["month"] == month for order in disk["orders"]):
        return []
    # A kill may have left this month's labels behind. They are looked at as if they were not there.
    labels = [one for one in disk["labels"] if one["month"] < month - 3]
    champion, writes = disk["champion"], []
    why = None
    if why:
        if all(alarm["month"] != month for alarm in disk["alarms"]):
            writes.append(["append", "alarms", {"month": month, "why": why}])
    else:
        labels = [*labels, {"month": month - 3, "groups": told}][-6:]
        writes.append(["put", "labels", labels])
        # A champion of this month was put on the disk before the kill.
        if champion.get("month") != month and changed(champion["shares"], labels):
            version, shares = champion["version"] + 1, trained(labels[-2:])
            champion = {"version": version, "month": month, "shares": shares}
            writes.append(["put", "champion", champion])
    order = {"month": month, "groups": capstone.called(champion)}
    return [*writes, ["append", "orders", order]]


def what_is_wrong(told, before):
    """Why a delivery is bad, or None; ``before`` is the last good one."""
    if set(told) != set(before):
        return "groups are missing"
    if told == before:
        return "the month before once more"
    if any(left > count for count, left in told.values()):
        return "columns swapped"
    count, left = (sum(column) for column in zip(*told.values(), strict=True))
    usual = sum(count for count, _ in before.values())
    if left == 0:
        return "nobody left"
    return None if 0.7 * usual < count < 1.4 * usual else "every row twice"


def trained(months):
    sums = {
        group: np.sum([one["groups"][group] for one in months], axis=0)
        for group in months[-1]["groups"]
    }
    count, left = np.sum(list(sums.values()), axis=0)
    return {group: float((k + 10 * left / count) / (n + 10)) for group, (n, k) in sums.items()}


def changed(shares, labels):
    """Whether the two newest months say that more, or fewer, leave than the champion expects."""
    for called in (True, False):
        surprises = []
        for one in labels[-2:]:
            rows = {g: row for g, row in one["groups"].items() if (shares[g] >= 0.1) == called}
            expected = sum(shares[group] * count for group, (count, _) in rows.items())
            left = sum(left for _, left in rows.values())
            surprises.append((left - expected) / math.sqrt(max(expected, 1)))
        first, second = surprises
        if first * second > 0 and min(abs(first), abs(second)) > 2.2:
            return True
    return False
