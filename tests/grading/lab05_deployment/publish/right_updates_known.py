"""Updates the rows of known customers, inserts those of new ones, deletes those who are gone."""


def publish(scores, day, database):
    for column in ("customer_id", "probability"):
        if column not in scores.columns:
            raise ValueError(f"no column {column}")
    batch = {}
    for customer, probability in zip(
        scores["customer_id"].tolist(), scores["probability"].tolist(), strict=True
    ):
        if pd.isna(customer) or customer == "":
            raise ValueError("a customer has no id")
        if customer in batch:
            raise ValueError(f"{customer} stands in it twice")
        if pd.isna(probability) or not 0 <= probability <= 1:
            raise ValueError(f"{customer}: {probability} is no probability")
        batch[customer] = float(probability)
    if not batch:
        raise ValueError("the batch is empty")
    con = sqlite3.connect(database)
    try:
        with con:
            con.execute("BEGIN IMMEDIATE")
            days = [one for (one,) in con.execute("SELECT day FROM publications")]
            if any(one > day for one in days):
                raise ValueError(f"{day} is before {max(days)}")
            known = {one for (one,) in con.execute("SELECT customer_id FROM scores")}
            for gone in known - set(batch):
                con.execute("DELETE FROM scores WHERE customer_id = ?", (gone,))
            for customer, probability in batch.items():
                if customer in known:
                    con.execute(
                        "UPDATE scores SET probability = ?, day = ? WHERE customer_id = ?",
                        (probability, day, customer),
                    )
                else:
                    con.execute(
                        "INSERT INTO scores (customer_id, probability, day) VALUES (?, ?, ?)",
                        (customer, probability, day),
                    )
            if day in days:
                con.execute('UPDATE publications SET "rows" = ? WHERE day = ?', (len(batch), day))
            else:
                con.execute(
                    'INSERT INTO publications (day, "rows") VALUES (?, ?)', (day, len(batch))
                )
    finally:
        con.close()
    return len(batch)


def new_scores(name, *more):
    """A new database with the two tables; `more` is further SQL, for instance a trigger."""
    path = workspace / "databases" / f"{name}.db"
    return databases.make(path, *databases.SCORES, *more)
