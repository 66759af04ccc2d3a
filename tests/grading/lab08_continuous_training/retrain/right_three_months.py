"""Called and others over three months, four standard errors."""


def retrain(seen):
    for who in ("called", "others"):
        rows = [month[who] for month in seen["months"][-3:]]
        expected = sum(row["expected"] for row in rows)
        left = sum(row["left"] for row in rows)
        if abs(left - expected) > 4 * max(expected, 1) ** 0.5:
            return True
    return False
