"""The empty stub as handed out."""


def contact(past, new, terms):
    raise NotImplementedError()
