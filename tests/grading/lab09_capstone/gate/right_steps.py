"""Step by step, with helpers."""


def gate(candidate, champion, reference, cost, gain):
    def usable(model):
        for customer in reference["left"]:
            score = model["scores"].get(customer)
            if score is None or math.isnan(score) or score < 0 or score > 1:
                return False
        return True

    def fresh(model):
        return model["trained_to"] is not None and model["trained_to"] < reference["month"]

    def dollars(model):
        total = 0
        for customer, gone in reference["left"].items():
            if model["scores"][customer] >= cost / gain:
                total += gain * gone
                total -= cost
        return total

    reasons = []
    if reference is None or len(reference["left"]) == 0:
        reasons.append("no reference")
    elif champion is None:
        reasons += [] if fresh(candidate) else ["not later"]
        reasons += [] if usable(candidate) else ["scores"]
        if not reasons and dollars(candidate) <= 0:
            reasons.append("worse")
    else:
        reasons += [] if fresh(candidate) and fresh(champion) else ["not later"]
        reasons += [] if usable(candidate) and usable(champion) else ["scores"]
        if not reasons and dollars(candidate) <= dollars(champion):
            reasons.append("worse")
    return {"reasons": reasons, "pass": len(reasons) == 0}
