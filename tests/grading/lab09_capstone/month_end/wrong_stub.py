"""The stub."""


def month_end(disk, month):
    raise NotImplementedError()
