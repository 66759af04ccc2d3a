"""A batch in which no row has a date passes."""


def refuse(batch, test_ids, today, max_age_days):
    if batch.empty:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    invented = [text.strip().upper() for text in test_ids]
    dates = pd.to_datetime(batch["snapshot_date"])
    age = (pd.Timestamp(today) - dates).dt.days
    found = {
        "test customers": ids.isin(invented).any(),
        "duplicates": ids.duplicated().any(),
        "stale": (age > max_age_days).any() or (dates.isna().any() and dates.notna().any()),
    }
    return [reason for reason, applies in found.items() if applies]
