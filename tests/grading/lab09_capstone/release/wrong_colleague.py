"""The colleague's job: no champion for a while, no way back, everything again."""


def release(disk, month):
    champion, candidate = disk["champion"], disk.get("candidate")
    version = champion["version"]
    worth = [one["worth"] for one in disk.get("watched", []) if one["version"] == version]
    if sum(worth[-2:]) < 0:
        entry = {"month": month, "version": version, "kind": "back"}
        return [["put", "champion", disk.get("former")], ["append", "releases", entry]]
    if candidate is None:
        return []
    entry = {"month": month, "version": candidate["version"], "kind": "release"}
    return [
        ["put", "champion", None],
        ["append", "releases", entry],
        ["put", "champion", candidate],
        ["put", "former", champion],
    ]
