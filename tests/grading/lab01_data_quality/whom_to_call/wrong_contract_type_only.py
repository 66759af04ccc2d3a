"""Calls everybody who pays by the month."""


def whom_to_call(batch, clean, terms):
    return batch["customerID"][batch["Contract"] == "Month-to-month"].unique().tolist()
