"""A list of rules, and whole numbers for the shares."""


def feature_table(disk, month, delivery):
    table, newest = f"features/{month}", disk[f"features/{disk['newest']}"]
    if disk["newest"] == month:
        return []
    writes = [("put", table, copy.deepcopy(delivery)), ("put", "newest", month)]
    if table in disk:
        return writes[1:]

    def duplicates():
        return max(Counter(delivery["customer"]).values(), default=0) > 1

    def missing():
        rows = len(delivery["customer"])
        holes = [sum(v is None for v in column) for column in delivery.values()]
        return not rows or 5 * max(holes) > rows

    def stale():
        now, then = (dict(zip(t["customer"], t["minutes"])) for t in (delivery, newest))
        both = now.keys() & then.keys()
        equal = [who for who in both if now[who] is not None and now[who] == then[who]]
        return len(both) > 0 and 10 * len(equal) >= 9 * len(both)

    def cents():
        new, old = (
            np.median([c for c in t["charges"] if c is not None]) for t in (delivery, newest)
        )
        return bool(new > old * 10 or new * 10 < old)

    if delivery.keys() != newest.keys():
        return [("put", f"refused/{month}", "columns")]
    for rule in (duplicates, missing, stale, cents):
        if rule():
            return [("put", f"refused/{month}", rule.__name__)]
    return writes
