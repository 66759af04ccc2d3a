"""The stub."""


def loop_months(log, break_even):
    raise NotImplementedError()
