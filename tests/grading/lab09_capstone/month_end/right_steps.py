"""One step after the other, on a copy of the disk."""


def month_end(disk, month):
    disk, writes = copy.deepcopy(disk), []

    def write(kind, name, value):
        writes.append([kind, name, value])
        if kind == "put":
            disk[name] = value
        else:
            disk.setdefault(name, []).append(value)

    def has(name):
        return month in [one["month"] for one in disk.get(name, [])]

    def alarm(why):
        if not has("alarms"):
            write("append", "alarms", {"month": month, "why": why})
        return writes

    place = "scores/" + month
    if place not in disk:
        if "features/" + month not in disk:
            return alarm("no features")
        if disk.get("champion") is None:
            return alarm("no champion")
        champion, table = disk["champion"], pd.DataFrame(disk["features/" + month], dtype=object)
        scores = {}
        for who, group in zip(table["customer"], table["group"]):
            scores[who] = champion["shares"][group] if group in champion["shares"] else None
        write("put", place, {"scores": scores, "version": champion["version"]})
    if not has("orders"):
        scores = disk[place]["scores"]
        called = [who for who in sorted(scores) if scores[who] is not None and scores[who] >= 0.1]
        write("append", "orders", {"month": month, "customers": called})
    if not has("ledger"):
        (order,) = [one for one in disk["orders"] if one["month"] == month]
        calls, version = len(order["customers"]), disk[place]["version"]
        write("append", "ledger", {"month": month, "version": version, "calls": calls})
    if "done" not in disk or disk["done"] < month:
        write("put", "done", month)
    return writes
