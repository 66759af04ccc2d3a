"""The empty stub."""


def name_drifts(table):
    raise NotImplementedError()
