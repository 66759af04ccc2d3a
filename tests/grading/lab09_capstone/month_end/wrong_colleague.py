"""The colleague's job: writes everything again unless the month is done."""


def month_end(disk, month):
    if disk.get("done") == month:
        return []
    table, champion = disk[f"features/{month}"], disk["champion"]
    version, pairs = champion["version"], zip(table["customer"], table["group"], strict=True)
    scores = {customer: champion["shares"].get(group, 0) for customer, group in pairs}
    called = [customer for customer, share in scores.items() if share >= 0.1]
    return [
        ["put", f"scores/{month}", {"version": version, "scores": scores}],
        ["append", "orders", {"month": month, "customers": called}],
        ["append", "ledger", {"month": month, "version": version, "calls": len(called)}],
        ["put", "done", month],
    ]
