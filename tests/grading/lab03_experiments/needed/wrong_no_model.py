"""Forgets to record which model it was."""


def needed(facts):
    always = ["sorted_by", "split_seed"]
    if facts["model"] == "logistic":
        return [*always, "C"]
    drawn = ["seed"] if facts["share"] < 1 else []
    return [*always, "learning_rate", "share", *drawn]
