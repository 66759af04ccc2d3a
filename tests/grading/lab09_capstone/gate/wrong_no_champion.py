"""Without a champion everything is better than nothing."""


def gate(candidate, champion, reference, cost, gain):
    if reference is None or not reference["left"]:
        return {"pass": False, "reasons": ["no reference"]}
    models = [candidate] if champion is None else [candidate, champion]
    left, reasons = reference["left"], []
    # Every comparison is put so that None and NaN lead to a reason.
    if not all(m["trained_to"] and reference["month"] > m["trained_to"] for m in models):
        reasons.append("not later")
    scores = [model["scores"].get(customer) for model in models for customer in left]
    if not all(score is not None and 0 <= score <= 1 for score in scores):
        reasons.append("scores")
    if not reasons:
        dollars = [
            sum(gain * gone - cost for who, gone in left.items() if m["scores"][who] >= cost / gain)
            for m in models
        ]
        if not dollars[0] > (-math.inf if champion is None else dollars[1]):
            reasons.append("worse")
    return {"pass": not reasons, "reasons": reasons}
