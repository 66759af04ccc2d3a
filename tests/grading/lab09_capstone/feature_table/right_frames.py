"""With pandas."""


def feature_table(disk, month, delivery):
    newest = disk["newest"]
    if newest == month:
        return []
    publish = ["put", "newest", month]
    if disk.get("features/" + month) is not None:
        return [publish]
    old = pd.DataFrame(disk["features/" + newest], dtype=object)
    new = pd.DataFrame(delivery, dtype=object)
    if sorted(old.columns) != sorted(new.columns):
        why = "columns"
    elif new["customer"].duplicated().any():
        why = "duplicates"
    elif new.empty or (new.isna().mean() > 0.2).any():
        why = "missing"
    elif stale(old, new):
        why = "stale"
    else:
        before, now = (float(t["charges"].dropna().astype(float).median()) for t in (old, new))
        why = "cents" if not before / 10 <= now <= before * 10 else None
    if why:
        return [["put", "refused/" + month, why]]
    return [["put", "features/" + month, delivery], publish]


def stale(old, new):
    both = old[["customer", "minutes"]].merge(new[["customer", "minutes"]], on="customer")
    if both.empty:
        return False
    equal = (both["minutes_x"] == both["minutes_y"]) & both["minutes_x"].notna()
    return bool(equal.mean() >= 0.9)
