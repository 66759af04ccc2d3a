"""The best threshold of last month for everybody."""


def contact(past, new, terms):
    columns = [past[name].to_numpy() for name in ("churned", "score", "charge")]
    return (new["score"] >= best_threshold(*columns, terms)["threshold"]).tolist()
