"""Seconds since 1970 and NumPy."""


def serve_features(lines, as_of, days):
    end = datetime.fromisoformat(as_of + "+00:00").timestamp()
    seen = {}
    for line in lines:
        seconds = datetime.fromisoformat(line["occurred_at"]).timestamp()
        if end - days * 86_400 < seconds <= end:
            seen[line["event_id"]] = (line["kind"], line["value"], seconds)
    kinds = [kind for kind, _, _ in seen.values()]
    gb = np.array([v for kind, v, _ in seen.values() if kind == "usage_data"], dtype=float)
    times = [s for kind, _, s in seen.values() if kind.startswith("payment")]
    unpaid = len(times) - kinds.count("payment")
    gb = gb[~np.isnan(gb)]
    return {
        "last_payment_days": end // 86_400 - max(times) // 86_400 if times else np.nan,
        "unpaid_share": unpaid / len(times) if times else np.nan,
        "gb_mean": gb.mean() if gb.size else np.nan,
        "gb_spread": gb.std(ddof=1) if gb.size > 1 else np.nan,
        "calls": kinds.count("support_call"),
    }
