"""A number below one that was taken counts as taken."""


def sink(batch, batch_id, database):
    added = 0
    with closing(sqlite3.connect(database, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        try:
            taken = con.execute("SELECT 1 FROM batches WHERE batch_id >= ?", (batch_id,)).fetchone()
            if taken is not None:
                con.execute("ROLLBACK")
                return 0
            before = con.execute("SELECT max(newest) FROM batches").fetchone()[0]
            watermark = None
            if before is not None:
                watermark = dt.datetime.fromisoformat(before) - dt.timedelta(hours=2)
            newest = max((e["at"] for e in batch), default=None)
            if before is not None and (newest is None or before > newest):
                newest = before
            con.execute("INSERT INTO batches (batch_id, newest) VALUES (?, ?)", (batch_id, newest))
            for event in batch:
                key = (event["event_id"],)
                if con.execute("SELECT 1 FROM seen WHERE event_id = ?", key).fetchone():
                    continue
                at = dt.datetime.fromisoformat(event["at"])
                con.execute("INSERT INTO seen (event_id) VALUES (?)", key)
                if watermark is not None and at < watermark:
                    con.execute(
                        "INSERT INTO late (event_id, customer_id, at, minutes) VALUES (?, ?, ?, ?)",
                        (event["event_id"], event["customer_id"], event["at"], event["minutes"]),
                    )
                else:
                    con.execute(
                        "INSERT INTO usage (customer_id, day, calls, minutes) VALUES (?, ?, 1, ?) "
                        "ON CONFLICT (customer_id, day) DO UPDATE SET "
                        "calls = calls + 1, minutes = minutes + excluded.minutes",
                        (event["customer_id"], event["at"][:10], event["minutes"]),
                    )
                    added += 1
            con.execute("COMMIT")
        except BaseException:
            if con.in_transaction:
                con.execute("ROLLBACK")
            raise
    return added


def new_stream(name, *more):
    """A new database with the four tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.STREAM, *more)


def run_sql(database, statement):
    databases.execute(database, statement)
