"""The stub."""


def decide(seen):
    raise NotImplementedError()
