"""Never."""


def decide(seen):
    return "keep"
