"""Takes the number first, lets the database refuse it, and rolls back by hand."""


def sink(batch, batch_id, database):
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("begin")
    try:
        (before,) = connection.execute("select max(newest) from batches").fetchone()
        if connection.execute(
            "select count(*) from batches where batch_id = ?", (batch_id,)
        ).fetchone()[0]:
            connection.execute("rollback")
            return 0
        newest = before
        added = 0
        for e in batch:
            if newest is None or e["at"] > newest:
                newest = e["at"]
            if connection.execute(
                "select 1 from seen where event_id = ?", (e["event_id"],)
            ).fetchone():
                continue
            connection.execute("insert into seen values (?)", (e["event_id"],))
            limit = pd.Timestamp(before) - pd.Timedelta("2h") if before else None
            if limit is not None and pd.Timestamp(e["at"]) < limit:
                connection.execute(
                    "insert into late values (?, ?, ?, ?)",
                    (e["event_id"], e["customer_id"], e["at"], e["minutes"]),
                )
            else:
                connection.execute(
                    "insert or ignore into usage values (?, ?, 0, 0)",
                    (e["customer_id"], e["at"][:10]),
                )
                connection.execute(
                    "update usage set calls = calls + 1, minutes = minutes + ? where customer_id = ? and day = ?",
                    (e["minutes"], e["customer_id"], e["at"][:10]),
                )
                added += 1
        connection.execute("insert into batches values (?, ?)", (batch_id, newest))
        connection.execute("commit")
        return added
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    finally:
        connection.close()


def new_stream(name, *more):
    """A new database with the four tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.STREAM, *more)


def run_sql(database, statement):
    databases.execute(database, statement)
