"""Arrays."""


def gate(candidate, champion, reference, cost, gain):
    customers = list((reference or {}).get("left", {}))
    if not customers:
        return {"pass": False, "reasons": ["no reference"]}
    models = [model for model in (candidate, champion) if model is not None]
    left = np.array([reference["left"][who] for who in customers], float)
    scores = np.array(
        [[m["scores"].get(who, np.nan) for who in customers] for m in models], dtype=object
    )
    scores = np.where(scores == None, np.nan, scores).astype(float)  # noqa: E711
    late = [m["trained_to"] is None or m["trained_to"] >= reference["month"] for m in models]
    reasons = ["not later"] * any(late)
    reasons += ["scores"] * (not bool(((scores >= 0) & (scores <= 1)).all()))
    if not reasons:
        dollars = [*((scores >= cost / gain) @ (gain * left - cost)), 0.0]
        if dollars[0] <= dollars[1]:
            reasons = ["worse"]
    return {"pass": reasons == [], "reasons": reasons}
