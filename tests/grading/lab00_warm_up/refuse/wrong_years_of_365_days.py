"""Counts 365 days for every year."""


def refuse(batch, test_ids, today, max_age_days):
    if batch.empty:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    invented = [text.strip().upper() for text in test_ids]
    dates = pd.to_datetime(batch["snapshot_date"])
    age = 365 * (pd.Timestamp(today).year - dates.dt.year) + (
        pd.Timestamp(today).dayofyear - dates.dt.dayofyear
    )
    found = {
        "test customers": ids.isin(invented).any(),
        "duplicates": ids.duplicated().any(),
        "stale": not (age <= max_age_days).all(),
    }
    return [reason for reason, applies in found.items() if applies]
