"""Finds nothing in any batch."""


def findings(batch):
    return []
