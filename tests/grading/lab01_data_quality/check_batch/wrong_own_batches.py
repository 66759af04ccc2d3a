"""Recognises the own bad batches by their columns with missing, unknown or double values, and nothing else."""


def check_batch(batch):
    columns = [c for c in ("Contract", "PaymentMethod") if (batch[c] == "Unknown").any()]
    if batch["customerID"].duplicated().any():
        columns.append("customerID")
    for column in ("PaymentMethod", "Contract", "Churn", "MonthlyCharges", "tenure"):
        if batch[column].isna().any():
            columns.append(column)
    if batch["MonthlyCharges"].max() > 1000:
        columns.append("MonthlyCharges")
    if batch["TotalCharges"].max() > 10_000 or batch["TotalCharges"].isna().mean() > 0.1:
        columns.append("TotalCharges")
    return {"success": not columns, "columns": columns}
