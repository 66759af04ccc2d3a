"""Takes the seed of the split for the only one."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = []
    return [*always, "learning_rate", "share", *drawn]
