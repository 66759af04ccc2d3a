"""The move is entered first, and whatever is entered is finished."""


def release(disk, month):
    champion, candidate = disk["champion"], disk.get("candidate")
    former, books = disk.get("former"), disk.get("releases", [])
    entered = {one["month"]: one for one in books}.get(month)
    if entered is None:
        entered = planned(disk, month)
        if entered is None:
            return []
        writes = [("append", "releases", entered)]
    else:
        writes = []
    version = entered["version"]
    if entered["kind"] == "back":
        if champion["version"] == version:
            writes.append(("put", "champion", former))
    elif candidate is not None and candidate["version"] == version:
        if champion["version"] != version:
            writes += [("put", "former", champion), ("put", "champion", candidate)]
        writes.append(("put", "candidate", None))
    return writes


def planned(disk, month):
    """The entry of the move that is to be made, or None."""
    version, former = disk["champion"]["version"], disk.get("former")
    worth = {
        one["month"]: one["worth"]
        for one in disk.get("watched", ())
        if one["version"] == version and not one["calls"] < 100
    }
    latest = [worth[name] for name in sorted(worth, reverse=True)[:2]]
    if former and former["version"] != version and len(latest) == 2 and max(latest) < 0:
        return {"month": month, "version": version, "kind": "back"}
    candidate = disk.get("candidate")
    if candidate and candidate["version"] not in [
        one["version"] for one in disk.get("releases", ())
    ]:
        return {"month": month, "version": candidate["version"], "kind": "release"}
    return None
