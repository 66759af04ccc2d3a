"""The stub."""


def run_month(disk, delivery):
    raise NotImplementedError()
