"""Never does anything."""


def remedy(before, now, terms):
    return ("nothing", None)
