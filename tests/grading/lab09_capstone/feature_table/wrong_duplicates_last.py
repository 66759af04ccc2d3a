"""Duplicates are looked for last."""


def feature_table(disk, month, delivery):
    if disk["newest"] == month:
        return []
    if f"features/{month}" in disk:
        return [["put", "newest", month]]
    reason = refusal(delivery, disk[f"features/{disk['newest']}"])
    if reason:
        return [["put", f"refused/{month}", reason]]
    return [["put", f"features/{month}", delivery], ["put", "newest", month]]


def refusal(delivery, newest):
    """Why a delivery is refused, or None."""
    if set(delivery) != set(newest):
        return "columns"
    rows = len(delivery["customer"])
    if rows == 0 or any(column.count(None) / rows > 0.2 for column in delivery.values()):
        return "missing"
    before = dict(zip(newest["customer"], newest["minutes"], strict=True))
    both = [
        now is not None and now == before[customer]
        for customer, now in zip(delivery["customer"], delivery["minutes"], strict=True)
        if customer in before
    ]
    if both and sum(both) / len(both) >= 0.9:
        return "stale"
    now, then = (
        statistics.median(one for one in table["charges"] if one is not None)
        for table in (delivery, newest)
    )
    if now > 10 * then or now < then / 10:
        return "cents"
    return "duplicates" if len(set(delivery["customer"])) < rows else None
