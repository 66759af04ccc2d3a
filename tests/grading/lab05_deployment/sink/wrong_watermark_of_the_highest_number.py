"""The watermark comes from the highest number, not from the newest event."""


def sink(batch, batch_id, database):
    con = sqlite3.connect(database)
    try:
        with con:
            con.execute("BEGIN IMMEDIATE")
            taken = dict(con.execute("SELECT batch_id, newest FROM batches").fetchall())
            if batch_id in taken:
                return 0
            times = [at for at in taken.values() if at is not None]
            limit = None
            last = taken[max(taken)] if taken else None  # the last micro-batch
            if last is not None:
                limit = dt.datetime.fromisoformat(last) - dt.timedelta(hours=2)

            seen = {one for (one,) in con.execute("SELECT event_id FROM seen")}
            fresh = []
            for event in batch:
                if event["event_id"] not in seen:
                    seen.add(event["event_id"])
                    fresh.append(event)
            late = [
                e for e in fresh if limit is not None and dt.datetime.fromisoformat(e["at"]) < limit
            ]
            late_ids = {e["event_id"] for e in late}
            good = [e for e in fresh if e["event_id"] not in late_ids]

            calls, minutes = Counter(), defaultdict(float)
            for e in good:
                group = (e["customer_id"], e["at"][:10])
                calls[group] += 1
                minutes[group] += e["minutes"]

            con.executemany("INSERT INTO seen VALUES (?)", [(e["event_id"],) for e in fresh])
            con.executemany(
                "INSERT INTO late (event_id, customer_id, at, minutes) "
                "VALUES (:event_id, :customer_id, :at, :minutes)",
                [{k: e[k] for k in ("event_id", "customer_id", "at", "minutes")} for e in late],
            )
            for (customer, day), n in calls.items():
                old = con.execute(
                    "SELECT calls, minutes FROM usage WHERE customer_id = ? AND day = ?",
                    (customer, day),
                ).fetchone()
                if old is None:
                    con.execute(
                        "INSERT INTO usage (customer_id, day, calls, minutes) VALUES (?, ?, ?, ?)",
                        (customer, day, n, minutes[customer, day]),
                    )
                else:
                    con.execute(
                        "UPDATE usage SET calls = ?, minutes = ? WHERE customer_id = ? AND day = ?",
                        (old[0] + n, old[1] + minutes[customer, day], customer, day),
                    )
            newest = max([*times, *(e["at"] for e in batch)], default=None)
            con.execute("INSERT INTO batches (batch_id, newest) VALUES (?, ?)", (batch_id, newest))
    finally:
        con.close()
    return len(good)


def new_stream(name, *more):
    """A new database with the four tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.STREAM, *more)


def run_sql(database, statement):
    databases.execute(database, statement)
