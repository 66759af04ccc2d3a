"""Losing months are counted in a row; models are told apart by their versions."""


def release(disk, month):
    def version(name):
        return (disk.get(name) or {}).get("version")

    champion, candidate, former = version("champion"), version("candidate"), version("former")
    kinds = {(one["month"], one["version"]): one["kind"] for one in disk.get("releases", [])}
    known = {which for _, which in kinds}
    this_month = {which: kind for (when, which), kind in kinds.items() if when == month}
    if this_month.get(champion) == "back":
        return [["put", "champion", disk["former"]]]
    if this_month.get(candidate) == "release":
        return [["put", "candidate", None]]
    if this_month:
        return []
    losses = 0
    for one in sorted(disk.get("watched", []), key=lambda one: one["month"]):
        if one["version"] == champion and one["calls"] >= 100:
            losses = losses + 1 if one["worth"] < 0 else 0
    writes = []
    if losses >= 2 and former not in (None, champion):
        writes = [
            ["append", "releases", {"month": month, "version": champion, "kind": "back"}],
            ["put", "champion", disk["former"]],
        ]
    elif candidate is not None and candidate not in known:
        if candidate != champion:
            writes.append(["put", "former", disk["champion"]])
        writes += [
            ["put", "champion", disk["candidate"]],
            ["append", "releases", {"month": month, "version": candidate, "kind": "release"}],
            ["put", "candidate", None],
        ]
    return writes
