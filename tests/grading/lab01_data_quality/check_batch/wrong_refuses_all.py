"""Refuses every batch."""


def check_batch(batch):
    return {"success": False, "columns": ["customerID"]}
