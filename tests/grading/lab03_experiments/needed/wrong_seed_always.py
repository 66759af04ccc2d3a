"""Records the seed whether or not something is drawn."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C", "seed"]
    drawn = ["seed"]
    return [*always, "learning_rate", "share", *drawn]
