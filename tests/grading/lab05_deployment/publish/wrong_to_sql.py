"""Pandas makes the table anew."""


def publish(scores, day, database):
    if not {"customer_id", "probability"} <= set(scores.columns):
        raise ValueError("a column is missing")
    ids, probability = scores["customer_id"], scores["probability"]
    if scores.empty or ids.isna().any() or (ids == "").any() or ids.duplicated().any():
        raise ValueError("ids")
    if not probability.between(0, 1).all():
        raise ValueError("probability")
    with closing(sqlite3.connect(database)) as connection, connection:
        (last,) = connection.execute("select max(day) from publications").fetchone()
        if last is not None and day < last:
            raise ValueError("day")
        table = scores[["customer_id", "probability"]].assign(day=day)
        table.to_sql("scores", connection, if_exists="replace", index=False)
        connection.execute("insert or replace into publications values (?, ?)", (day, len(table)))
    return len(table)


def new_scores(name, *more):
    """A new database with the two tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.SCORES, *more)
