"""Updates who is there, and deletes who is not; BEGIN and COMMIT by hand."""


def publish(scores, day, database):
    for column in ("customer_id", "probability"):
        if column not in scores:
            raise ValueError(f"no {column}")
    rows = {}
    for customer, p in zip(scores["customer_id"].tolist(), scores["probability"].tolist()):
        if customer is None or customer != customer or customer == "" or customer in rows:
            raise ValueError(f"customer {customer}")
        if p is None or not (0 <= p <= 1):
            raise ValueError(f"probability {p}")
        rows[customer] = p
    if not rows:
        raise ValueError("nobody")
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("begin immediate")
        later = connection.execute("select 1 from publications where day > ?", (day,)).fetchone()
        if later:
            raise ValueError("too late")
        for (customer,) in connection.execute("select customer_id from scores").fetchall():
            if customer not in rows:
                connection.execute("delete from scores where customer_id = ?", (customer,))
        for customer, p in rows.items():
            connection.execute("insert or replace into scores values (?, ?, ?)", (customer, p, day))
        connection.execute("insert or replace into publications values (?, ?)", (day, len(rows)))
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    finally:
        connection.close()
    return len(rows)


def new_scores(name, *more):
    """A new database with the two tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.SCORES, *more)
