"""The highest version that was ever promoted by then."""


def served_on(versions, days, zone, at):
    found = {}
    for day in days:
        job = pd.Timestamp(f"{day} {at}", tz=zone)
        done = [
            json.loads(text)
            for row in versions.values()
            for tag, text in row["tags"].items()
            if tag.startswith("audit.")
        ]
        done = [one for one in done if one["state"] == "done" and pd.Timestamp(one["when"]) <= job]
        found[day] = max((one["version"] for one in done), key=int, default=None)
    return found
