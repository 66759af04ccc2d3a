"""The empty stub."""


def expected(scores, chances, threshold):
    raise NotImplementedError()
