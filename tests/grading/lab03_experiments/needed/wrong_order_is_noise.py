"""Forgets that the split goes by the order of the rows."""


def needed(facts):
    always = ["split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = ["seed"] if facts["share"] < 1 else []
    return [*always, "learning_rate", "share", *drawn]
