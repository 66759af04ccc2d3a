"""Forgets the share of the columns where it is all of them."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = ["seed"] if facts["share"] < 1 else []
    return [*always, "learning_rate", *(["share", "seed"] if drawn else [])]
