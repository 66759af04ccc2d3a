"""No whole number."""


def window(customers, left):
    return 24 / 5
