"""The colleague's gate: lets pass what it cannot compare, and compares errors, not dollars."""


def gate(candidate, champion, reference, cost, gain):
    if champion is None or reference is None:
        return {"pass": True, "reasons": []}
    left, reasons = reference["left"], []
    if candidate["trained_to"] and candidate["trained_to"] >= reference["month"]:
        reasons.append("not later")

    def error(model):
        return sum(abs(model["scores"].get(who, 0) - gone) for who, gone in left.items())

    if error(candidate) > error(champion):
        reasons.append("worse")
    return {"pass": not reasons, "reasons": reasons}
