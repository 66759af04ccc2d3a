"""Every batch is good."""


def check_batch(batch):
    return {"success": True, "columns": []}
