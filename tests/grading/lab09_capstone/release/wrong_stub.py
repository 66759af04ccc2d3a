"""The stub."""


def release(disk, month):
    raise NotImplementedError()
