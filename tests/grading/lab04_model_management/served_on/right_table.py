"""A table of the records, in UTC, and a search in it."""


def served_on(versions, days, zone, at):
    rows = [
        json.loads(text)
        for row in versions.values()
        for tag, text in row["tags"].items()
        if tag.startswith("audit.")
    ]
    rows = [row for row in rows if row["state"] == "done"]
    if not rows:
        return dict.fromkeys(days)
    table = pd.DataFrame(rows)
    table["moment"] = pd.to_datetime(table["when"], utc=True, format="ISO8601")
    table = table.sort_values(["moment", "number"]).reset_index(drop=True)
    found = {}
    for day in days:
        job = pd.Timestamp(f"{day} {at}").tz_localize(zone).tz_convert("UTC")
        place = int((table["moment"] <= job).sum()) - 1
        gone = place < 0 or table["action"][place] == "withdraw"
        found[day] = None if gone else table["version"][place]
    return found
