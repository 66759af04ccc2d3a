"""Lets every batch pass."""


def check_batch(batch):
    return {"success": True, "columns": []}
