"""Changes the journal mode, so that readers do not wait."""


def publish(scores, day, database):
    if not {"customer_id", "probability"} <= set(scores.columns):
        raise ValueError("a column is missing")
    ids, probability = scores["customer_id"], scores["probability"]
    if scores.empty or ids.isna().any() or (ids == "").any() or ids.duplicated().any():
        raise ValueError("no rows, or a customer without an id, or twice")
    if not probability.between(0, 1).all():
        raise ValueError("a probability is missing, or none")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("pragma journal_mode = wal")
        (last,) = connection.execute("select max(day) from publications").fetchone()
        if last is not None and day < last:
            raise ValueError(f"{last} was published already")
        connection.execute("delete from scores")
        rows = [(str(i), float(p), day) for i, p in zip(ids, probability, strict=True)]
        connection.executemany("insert into scores values (?, ?, ?)", rows)
        connection.execute("delete from publications where day = ?", (day,))
        connection.execute("insert into publications values (?, ?)", (day, len(rows)))
    return len(rows)


def new_scores(name, *more):
    """A new database with the two tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.SCORES, *more)
