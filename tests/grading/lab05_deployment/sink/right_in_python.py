"""Works it out in Python, and writes all at the end."""


def sink(batch, batch_id, database):
    connection = sqlite3.connect(database)
    try:
        numbers = {n: newest for n, newest in connection.execute("select * from batches")}
        if batch_id in numbers:
            return 0
        seen = {name for (name,) in connection.execute("select event_id from seen")}
        before = max((t for t in numbers.values() if t), default=None)
        usage, late, fresh = defaultdict(lambda: [0, 0.0]), [], []
        for e in batch:
            if e["event_id"] in seen:
                continue
            seen.add(e["event_id"])
            fresh.append((e["event_id"],))
            at = dt.datetime.fromisoformat(e["at"])
            if before and at < dt.datetime.fromisoformat(before) - dt.timedelta(hours=2):
                late.append((e["event_id"], e["customer_id"], e["at"], e["minutes"]))
            else:
                cell = usage[e["customer_id"], e["at"][:10]]
                cell[0] += 1
                cell[1] += e["minutes"]
        newest = max([e["at"] for e in batch] + ([before] if before else []), default=None)
        connection.executemany("insert into seen values (?)", fresh)
        connection.executemany("insert into late values (?, ?, ?, ?)", late)
        for (customer, day), (calls, minutes) in usage.items():
            old = connection.execute(
                "select calls, minutes from usage where customer_id = ? and day = ?",
                (customer, day),
            ).fetchone()
            if old:
                connection.execute(
                    "update usage set calls = ?, minutes = ? where customer_id = ? and day = ?",
                    (old[0] + calls, old[1] + minutes, customer, day),
                )
            else:
                connection.execute(
                    "insert into usage values (?, ?, ?, ?)", (customer, day, calls, minutes)
                )
        connection.execute("insert into batches values (?, ?)", (batch_id, newest))
        connection.commit()
        return sum(calls for calls, _ in usage.values())
    finally:
        connection.close()


def new_stream(name, *more):
    """A new database with the four tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.STREAM, *more)


def run_sql(database, statement):
    databases.execute(database, statement)
