"""The colleague's job: knows cents by their type and staleness by the rows, and moves newest first."""


def feature_table(disk, month, delivery):
    newest = disk[f"features/{disk['newest']}"]
    if set(delivery) != set(newest):
        return [["put", f"refused/{month}", "columns"]]
    if not delivery["customer"]:
        return [["put", f"refused/{month}", "missing"]]
    if delivery["minutes"] == newest["minutes"]:
        return [["put", f"refused/{month}", "stale"]]
    # Dollars have a point, cents have none.
    if all(isinstance(one, int) for one in delivery["charges"]):
        return [["put", f"refused/{month}", "cents"]]
    return [["put", "newest", month], ["put", f"features/{month}", delivery]]
