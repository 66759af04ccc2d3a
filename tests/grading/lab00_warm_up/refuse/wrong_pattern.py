"""Takes the ids of invented customers for patterns."""


def refuse(batch, test_ids, today, max_age_days):
    if batch.empty:
        return ["empty"]
    ids = batch["customerID"].str.strip().str.upper()
    invented = [text.strip().upper() for text in test_ids]
    dates = pd.to_datetime(batch["snapshot_date"])
    age = (pd.Timestamp(today) - dates).dt.days
    found = {
        "test customers": any(ids.str.fullmatch(one).any() for one in invented),
        "duplicates": ids.duplicated().any(),
        "stale": not (age <= max_age_days).all(),
    }
    return [reason for reason, applies in found.items() if applies]
