"""Calls everybody."""


def whom_to_call(batch, clean, terms):
    return batch["customerID"].unique().tolist()
