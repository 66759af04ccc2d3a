"""The empty stub."""


def policy(history, terms):
    raise NotImplementedError()
