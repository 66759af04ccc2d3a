"""Seconds since 1970, and for each day the latest record before it."""


def served_on(versions, days, zone, at):
    done = []
    for row in versions.values():
        for name in row["tags"]:
            if name.split(".")[0] == "audit":
                one = json.loads(row["tags"][name])
                if one["state"] == "done":
                    seconds = dt.datetime.fromisoformat(one["when"]).timestamp()
                    done.append(((seconds, one["number"]), one))

    def who(day):
        date, time = dt.date.fromisoformat(day), dt.time.fromisoformat(at)
        job = dt.datetime.combine(date, time, tzinfo=ZoneInfo(zone)).timestamp()
        before = [pair for pair in done if pair[0][0] <= job]
        if not before:
            return None
        last = max(before, key=lambda pair: pair[0])[1]
        return last["version"] if last["action"] in ("promote", "rollback") else None

    return {day: who(day) for day in days}
