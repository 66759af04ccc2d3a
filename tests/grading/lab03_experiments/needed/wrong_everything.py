"""Records every fact."""


def needed(facts):
    return list(facts)
