"""More months than there are."""


def window(customers, left):
    return 25
