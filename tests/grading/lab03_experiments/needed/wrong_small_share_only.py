"""Records the seed where trees look at less than half of the columns."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = ["seed"] if facts["share"] < 0.5 else []
    return [*always, "learning_rate", "share", *drawn]
