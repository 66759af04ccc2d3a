"""When a month has 5 % more or fewer leavers than expected."""


def decide(seen):
    rows = seen["labelled"][-1].values()
    expected, left = sum(row["expected"] for row in rows), sum(row["left"] for row in rows)
    return "retrain" if abs(left / expected - 1) > 0.05 else "keep"
