"""The stub."""


def plan(old, new, share, per_day):
    raise NotImplementedError()
