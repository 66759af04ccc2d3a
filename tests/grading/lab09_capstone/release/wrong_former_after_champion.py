"""The candidate is live before the way back is on the disk."""


def release(disk, month):
    champion, former, candidate = (disk.get(name) for name in ("champion", "former", "candidate"))
    books = disk.get("releases", [])
    moves = [one for one in books if one["month"] == month]
    if moves:
        version = moves[0]["version"]
        if moves[0]["kind"] == "back":
            return [["put", "champion", former]] if champion["version"] == version else []
        if candidate is not None and candidate["version"] == version:
            return [["put", "candidate", None]]
        return []

    def entry(model, kind):
        return ["append", "releases", {"month": month, "version": model["version"], "kind": kind}]

    watched = [one for one in disk.get("watched", []) if one["version"] == champion["version"]]
    watched = sorted((one for one in watched if one["calls"] >= 100), key=lambda one: one["month"])
    lost = len(watched) >= 2 and all(one["worth"] < 0 for one in watched[-2:])
    if lost and former is not None and former["version"] != champion["version"]:
        return [entry(champion, "back"), ["put", "champion", former]]
    if candidate is None or any(one["version"] == candidate["version"] for one in books):
        return []
    writes = [entry(candidate, "release"), ["put", "candidate", None]]
    if champion["version"] != candidate["version"]:
        writes = [["put", "champion", candidate], ["put", "former", champion], *writes]
    return writes
