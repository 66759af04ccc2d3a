"""The watermark follows from this micro-batch, too."""


def sink(batch, batch_id, database):
    with closing(sqlite3.connect(database)) as connection, connection:
        taken = connection.execute("select 1 from batches where batch_id = ?", (batch_id,))
        if taken.fetchone():
            return 0
        (newest,) = connection.execute("select max(newest) from batches").fetchone()
        mark = newest and (dt.datetime.fromisoformat(newest) - dt.timedelta(hours=2)).isoformat()
        newest = max([e["at"] for e in batch] + ([newest] if newest else []), default=None)
        mark = newest and (dt.datetime.fromisoformat(newest) - dt.timedelta(hours=2)).isoformat()
        counted = 0
        for event in batch:
            new = connection.execute(
                "insert or ignore into seen values (?)", (event["event_id"],)
            ).rowcount
            if not new:
                continue
            if mark and event["at"] < mark:
                connection.execute(
                    "insert into late values (:event_id, :customer_id, :at, :minutes)", event
                )
                continue
            connection.execute(
                """insert into usage values (?, ?, 1, ?) on conflict do update
                set calls = calls + 1, minutes = minutes + excluded.minutes""",
                (event["customer_id"], event["at"][:10], event["minutes"]),
            )
            counted += 1
        times = [event["at"] for event in batch] + ([newest] if newest else [])
        connection.execute(
            "insert into batches values (?, ?)", (batch_id, max(times, default=None))
        )
    return counted


def new_stream(name, *more):
    """A new database with the four tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.STREAM, *more)


def run_sql(database, statement):
    databases.execute(database, statement)
