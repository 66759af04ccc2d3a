"""The empty stub."""


def alarm(reference, window):
    raise NotImplementedError()
