"""Rounds the mean to eight digits."""


def serve_features(lines, as_of, days):
    end = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    window = {}
    for line in lines:
        time = datetime.fromisoformat(line["occurred_at"]).astimezone(UTC)
        if end - timedelta(days=days) < time <= end:
            window.setdefault(line["event_id"], (time, line["kind"], line["value"]))
    seen = list(window.values())
    used = [value for _, kind, value in seen if kind == "usage_data"]
    gb = [value for value in used if not pd.isna(value)]
    paid = [(time, kind) for time, kind, _ in seen if kind.startswith("payment")]
    return {
        "calls": sum(kind == "support_call" for _, kind, _ in seen),
        "gb_mean": round(statistics.mean(gb), 8) if gb else None,
        "gb_spread": statistics.stdev(gb) if len(gb) > 1 else None,
        "unpaid_share": sum(k != "payment" for _, k in paid) / len(paid) if paid else None,
        "last_payment_days": (end.date() - max(paid)[0].date()).days if paid else None,
    }
