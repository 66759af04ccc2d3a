"""The stub."""


def feature_table(disk, month, delivery):
    raise NotImplementedError()
