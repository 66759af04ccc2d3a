"""One half, as every classifier does by default."""


def contact(past, new, terms):
    return (new["score"] >= 0.5).tolist()
