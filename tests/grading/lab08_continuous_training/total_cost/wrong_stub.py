"""The stub."""


def total_cost(missed, retrained, customers, window, training, label):
    raise NotImplementedError()
