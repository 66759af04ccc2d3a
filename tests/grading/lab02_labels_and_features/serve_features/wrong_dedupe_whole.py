"""Drops lines that are equal in all fields: the same event may arrive with another distance from UTC; batch goes by event_id."""


def serve_features(lines, as_of, days):
    end = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    start = end - timedelta(days=days)
    seen, window = set(), []
    for line in lines:
        time = datetime.fromisoformat(line["occurred_at"]).astimezone(UTC)
        if start < time <= end and tuple(line.values()) not in seen:
            seen.add(tuple(line.values()))
            window.append((time, line["kind"], line["value"]))
    gb = [v for _, k, v in window if k == "usage_data" and v is not None and v == v]
    paid = [(t, k) for t, k, _ in window if k.startswith("payment")]
    return {
        "calls": sum(k == "support_call" for _, k, _ in window),
        "gb_mean": statistics.mean(gb) if gb else None,
        "gb_spread": statistics.stdev(gb) if len(gb) > 1 else None,
        "unpaid_share": sum(k != "payment" for _, k in paid) / len(paid) if paid else None,
        "last_payment_days": (end.date() - max(t for t, _ in paid).date()).days if paid else None,
    }
