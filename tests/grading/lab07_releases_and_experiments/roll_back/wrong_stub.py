"""The stub."""


def roll_back(hours):
    raise NotImplementedError()
