"""A plan of the month is written first, and carried out from there."""


def run_month(disk, delivery):
    """The first write is the plan; after a kill what is missing of it is written."""
    month = delivery["month"]
    if any(one["month"] == month for one in disk["orders"]):
        return []
    plan = disk.get("plan")
    writes = []
    if plan is None or plan["month"] != month:
        plan = made(disk, delivery)
        writes.append(("put", "plan", plan))
    if plan["why"] and month not in {one["month"] for one in disk["alarms"]}:
        writes.append(("append", "alarms", {"month": month, "why": plan["why"]}))
    writes.append(("put", "labels", plan["labels"]))
    writes.append(("put", "champion", plan["champion"]))
    groups = capstone.called(plan["champion"])
    writes.append(("append", "orders", {"month": month, "groups": groups}))
    return writes


def made(disk, delivery):
    month, told, labels = delivery["month"], delivery["groups"], disk["labels"]
    before, champion = labels[-1]["groups"], disk["champion"]
    plan = {"month": month, "labels": labels, "champion": champion, "why": ""}
    total, usual = (sum(n for n, _ in groups.values()) for groups in (told, before))
    checks = {
        "groups": told.keys() == before.keys(),
        "news": told != before,
        "leavers": any(k for _, k in told.values()),
        "order": all(k <= n for n, k in told.values()),
        "size": abs(total - usual) <= 0.3 * usual,
    }
    failed = [name for name, fine in checks.items() if not fine]
    if failed:
        return plan | {"why": ", ".join(failed)}
    labels = [*labels[-2:], {"month": month - 3, "groups": told}]
    shares = champion["shares"]

    def surprised(groups):
        z = [
            (k - shares[g] * n) / math.sqrt(max(shares[g] * (1 - shares[g]) * n, 1))
            for g, (n, k) in groups.items()
        ]
        return sum(one * one for one in z) > 40

    plan["labels"] = labels
    if surprised(told):
        rows = pd.DataFrame(
            [(g, *row) for one in labels[-2:] for g, row in one["groups"].items()],
            columns=["group", "n", "k"],
        )
        share = rows["k"].sum() / rows["n"].sum()
        sums = rows.groupby("group")[["n", "k"]].sum()
        table = ((sums["k"] + 10 * share) / (sums["n"] + 10)).to_dict()
        plan["champion"] = {"version": champion["version"] + 1, "shares": table}
    return plan
