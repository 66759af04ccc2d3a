"""What is there already is not put again; the books are a frame."""


def release(disk, month):
    books = pd.DataFrame(disk.get("releases", []), columns=["month", "version", "kind"])
    live, waits, before = disk["champion"], disk.get("candidate"), disk.get("former")
    today = books[books["month"] == month]
    unfinished = waits is not None and waits["version"] == live["version"]
    if len(today):
        line = today.iloc[0]
        if line["kind"] == "back":
            return [["put", "champion", before]] if line["version"] == live["version"] else []
        return [["put", "candidate", None]] if unfinished else []
    known = waits is not None and waits["version"] in books["version"].tolist()
    if (known or not unfinished) and before is not None and before["version"] != live["version"]:
        months = [w for w in disk.get("watched", []) if w["version"] == live["version"]]
        months = sorted([w["month"], w["worth"]] for w in months if w["calls"] > 99)
        if [worth < 0 for _, worth in months[-2:]] == [True, True]:
            line = {"month": month, "version": live["version"], "kind": "back"}
            return [["append", "releases", line], ["put", "champion", before]]
    if waits is None or known:
        return []
    rest = [
        ["append", "releases", {"month": month, "version": waits["version"], "kind": "release"}],
        ["put", "candidate", None],
    ]
    if unfinished:
        return rest
    first = [] if before == live else [["put", "former", live]]
    return [*first, ["put", "champion", waits], *rest]
