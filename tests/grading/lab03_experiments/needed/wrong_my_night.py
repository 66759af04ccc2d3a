"""Gives the list of the own night for every night."""


def needed(facts):
    always = ["sorted_by", "split_seed", "model", "learning_rate", "share"]
    return [*always, "seed"] if my_facts["share"] < 1 else always
