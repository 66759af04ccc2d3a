"""The stub."""


def settings(base, environments, name):
    raise NotImplementedError()
