"""Only the last month is known as done."""


def _train(window, names):
    n = {g: sum(one["groups"][g][0] for one in window) for g in names}
    k = {g: sum(one["groups"][g][1] for one in window) for g in names}
    s = sum(k.values()) / sum(n.values())
    return {g: (k[g] + 10 * s) / (n[g] + 10) for g in names}


def _judge(groups, names, before, good):
    """What is wrong with a delivery: before, the delivery of the month before; good, the last good one."""
    if set(groups) != set(names):
        return "groups are missing"
    if any(k > n for n, k in groups.values()):
        return "columns are swapped"
    if sum(k for _, k in groups.values()) == 0:
        return "nobody left"
    if groups == before:
        return "the delivery of the month before"
    if sum(n for n, _ in groups.values()) > 1.5 * sum(n for n, _ in good.values()):
        return "every row twice"
    return None


def _drift(groups, shares, months):
    left, expected = Counter(), Counter()
    for g, (n, k) in groups.items():
        contract, service = g.split(" / ")[:2]
        for key in ((0, contract), (1, service)):
            left[key] += k
            expected[key] += n * shares[g]
    return max(
        abs(left[key] - expected[key]) / math.sqrt((1 + 1 / months) * max(expected[key], 5))
        for key in expected
    )


def _plan(disk, delivery):
    m, groups = delivery["month"], copy.deepcopy(delivery["groups"])
    champion, labels = disk["champion"], disk["labels"]
    before = disk["plan"]["delivered"] if "plan" in disk else labels[-1]["groups"]
    why = _judge(groups, champion["shares"], before, labels[-1]["groups"])
    if why is None:
        labels = [*labels, {"month": m - 3, "groups": groups}]
        since = champion.get("since")
        if _drift(groups, champion["shares"], champion.get("months", 3)) > 4.5:
            since = m - 3
        window = [one for one in labels if since is not None and one["month"] >= since]
        if len(window) in (1, 3, 6):
            champion = {
                "version": champion["version"] + 1,
                "shares": _train(window, champion["shares"]),
                "since": since,
                "months": len(window),
            }
    return {"month": m, "delivered": groups, "why": why, "labels": labels, "champion": champion}


def run_month(disk, delivery):
    m = delivery["month"]
    if disk.get("done", -1) == m:
        return []
    # all is decided in the first write; a run after a kill finds it there
    plan = disk.get("plan")
    writes = []
    if plan is None or plan["month"] != m:
        plan = _plan(disk, delivery)
        writes.append(["put", "plan", plan])
    writes.append(["put", "labels", plan["labels"]])
    writes.append(["put", "champion", plan["champion"]])
    if plan["why"] is not None and all(one["month"] != m for one in disk["alarms"]):
        writes.append(["append", "alarms", {"month": m, "why": plan["why"]}])
    if all(one["month"] != m for one in disk["orders"]):
        writes.append(
            ["append", "orders", {"month": m, "groups": capstone.called(plan["champion"])}]
        )
    writes.append(["put", "done", m])
    return writes
