"""A former of the champion's version with other keys is taken for a way back."""


def lost_twice(watched, version):
    months = []
    for row in watched:
        if row["version"] == version and row["calls"] >= 100:
            months.append((row["month"], row["worth"]))
    months.sort()
    if len(months) < 2:
        return False
    return months[-1][1] < 0 and months[-2][1] < 0


def release(disk, month):
    champion = disk["champion"]
    candidate = disk.get("candidate")
    former = disk.get("former")
    books = disk.get("releases", [])

    # the entry is written first: it says what was begun this month
    for entry in books:
        if entry["month"] != month:
            continue
        if entry["kind"] == "back":
            if champion["version"] == entry["version"] and champion != former:
                return [["put", "champion", former]]
            return []
        if candidate is None or candidate["version"] != entry["version"]:
            return []
        writes = []
        if champion["version"] != entry["version"]:
            writes.append(["put", "former", champion])
            writes.append(["put", "champion", candidate])
        writes.append(["put", "candidate", None])
        return writes

    way_back = former is not None and former != champion
    if way_back and lost_twice(disk.get("watched", []), champion["version"]):
        entry = {"month": month, "version": champion["version"], "kind": "back"}
        return [["append", "releases", entry], ["put", "champion", former]]

    if candidate is not None and candidate["version"] not in [e["version"] for e in books]:
        entry = {"month": month, "version": candidate["version"], "kind": "release"}
        return [
            ["append", "releases", entry],
            ["put", "former", champion],
            ["put", "champion", candidate],
            ["put", "candidate", None],
        ]
    return []
