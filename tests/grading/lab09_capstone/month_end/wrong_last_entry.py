"""Only the last entry of each book is looked at."""


def month_end(disk, month):
    def entry(name):
        return next((one for one in disk.get(name, [])[-1:] if one["month"] == month), None)

    writes, scored, order = [], disk.get(f"scores/{month}"), entry("orders")
    if scored is None:
        table, champion = disk.get(f"features/{month}"), disk.get("champion")
        if table is None or champion is None:
            why = "no features" if table is None else "no champion"
            alarm = ["append", "alarms", {"month": month, "why": why}]
            return [] if entry("alarms") else [alarm]
        pairs = zip(table["customer"], table["group"], strict=True)
        scores = {customer: champion["shares"].get(group) for customer, group in pairs}
        scored = {"version": champion["version"], "scores": scores}
        writes.append(["put", f"scores/{month}", scored])
    if order is None:
        called = sorted(c for c, s in scored["scores"].items() if s is not None and s >= 0.1)
        order = {"month": month, "customers": called}
        writes.append(["append", "orders", order])
    if entry("ledger") is None:
        calls = len(order["customers"])
        line = {"month": month, "version": scored["version"], "calls": calls}
        writes.append(["append", "ledger", line])
    if disk.get("done", "") < month:
        writes.append(["put", "done", month])
    return writes
