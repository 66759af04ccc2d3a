"""The number counts, not the moment."""


def served_on(versions, days, zone, at):
    changes = []
    for row in versions.values():
        for tag, text in row["tags"].items():
            if not tag.startswith("audit."):
                continue
            record = json.loads(text)
            if record["state"] == "done":
                champion = None if record["action"] == "withdraw" else record["version"]
                moment = dt.datetime.fromisoformat(record["when"])
                changes.append((moment, record["number"], champion))
    changes.sort(key=lambda change: change[1])
    found = {}
    for day in days:
        job = dt.datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(zone))
        # Both in UTC: moments of one zone would be compared by their clocks.
        job = job.astimezone(dt.UTC)
        before = [champion for moment, _, champion in changes if moment.astimezone(dt.UTC) <= job]
        found[day] = before[-1] if before else None
    return found
