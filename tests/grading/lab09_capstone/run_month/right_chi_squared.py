"""The order decides at the end; chi-squared; three months; the champion remembers its labels."""


def run_month(disk, delivery):
    m = delivery["month"]
    if disk["orders"] and disk["orders"][-1]["month"] >= m:
        return []
    old, new = disk["labels"], delivery["groups"]
    if old[-1]["month"] == m - 3:
        old = old[:-1]
    last = old[-1]["groups"]
    counts = pd.DataFrame(new, index=["n", "k"]).T
    usual = pd.DataFrame(last, index=["n", "k"]).T
    size = counts["n"].sum() / usual["n"].sum()
    good = (
        len(counts) == len(usual)
        and counts["k"].sum() > 0
        and not counts.sort_index().equals(usual.sort_index())
        and 0.8 < size < 1.25
    )
    champion = dict(disk["champion"])
    order = {"month": m, "groups": sorted(g for g, s in champion["shares"].items() if s >= 0.1)}
    if not good:
        alarm = ["append", "alarms", {"month": m, "why": f"{len(counts)} groups, size {size:.2f}"}]
        raised = any(one["month"] == m for one in disk["alarms"])
        return [*([] if raised else [alarm]), ["append", "orders", order]]
    labels = old + [{"month": m - 3, "groups": new}]
    writes = [["put", "labels", labels]]
    expected = {g: champion["shares"][g] * n for g, (n, _) in new.items()}
    squares = sum((new[g][1] - e) ** 2 / max(e, 1) for g, e in expected.items())
    if champion.get("since") != m and squares > 45:
        sums = {g: np.sum([one["groups"][g] for one in labels[-3:]], axis=0) for g in new}
        n, k = np.sum(list(sums.values()), axis=0)
        shares = {g: float((b + 10 * k / n) / (a + 10)) for g, (a, b) in sums.items()}
        champion = {"version": champion["version"] + 1, "shares": shares, "since": m}
        writes.append(["put", "champion", champion])
    order = {"month": m, "groups": capstone.called(champion)}
    return writes + [["append", "orders", order]]
