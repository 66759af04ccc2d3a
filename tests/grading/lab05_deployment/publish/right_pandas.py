"""Checks and writes with pandas, appending inside one transaction."""


def publish(scores, day, database):
    try:
        table = scores[["customer_id", "probability"]].reset_index(drop=True)
    except KeyError as error:
        raise ValueError(str(error)) from None
    bad = table["customer_id"].isin(["", None]) | table.isna().any(axis=1)
    bad |= (table["probability"] < 0) | (table["probability"] > 1)
    if not len(table) or bad.any() or table["customer_id"].nunique() < len(table):
        raise ValueError("bad rows")
    connection = sqlite3.connect(database)
    try:
        days = [d for (d,) in connection.execute("select day from publications")]
        if any(d > day for d in days):
            raise ValueError("an earlier day")
        connection.execute("DELETE FROM scores")
        records = table.assign(day=day).astype(object).values.tolist()
        connection.executemany(
            "INSERT INTO scores (customer_id, probability, day) VALUES (?,?,?)", records
        )
        if day in days:
            connection.execute("UPDATE publications SET rows = ? WHERE day = ?", (len(table), day))
        else:
            connection.execute("INSERT INTO publications VALUES (?, ?)", (day, len(table)))
        connection.commit()
    finally:
        connection.close()
    return len(table)


def new_scores(name, *more):
    """A new database with the two tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.SCORES, *more)
