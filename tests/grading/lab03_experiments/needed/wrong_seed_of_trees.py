"""Records the seed of every gradient boosting."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = ["seed"]
    return [*always, "learning_rate", "share", *drawn]
