"""Contacts those whose score is above the threshold."""


def value_of(scores, churned, threshold, terms):
    value = 0.0
    for score, left in zip(scores, churned):
        if score > threshold:
            value -= terms["contact_cost"]
            if left:
                value += terms["success_rate"] * terms["saved_value"]
                value -= terms["success_rate"] * terms["offer_cost"]
            else:
                value -= terms["offer_cost"]
    return value


def pick_by_value(valid_scores, valid_churned, test_scores, test_churned, terms, capacity):
    best = None
    for name, scores in valid_scores.items():
        for threshold in sorted(set(scores.tolist())):
            contacted = sum(score >= threshold for score in scores)
            value = value_of(scores, valid_churned, threshold, terms)
            key = (-value, contacted, name)
            if value > 0 and contacted <= capacity and (best is None or key < best[0]):
                best = key, threshold
    if best is None:
        return {"model": None, "threshold": None, "valid_value": 0, "test_value": 0}
    (value, _, name), threshold = best
    return {
        "model": name,
        "threshold": threshold,
        "valid_value": -value,
        "test_value": value_of(test_scores[name], test_churned, threshold, terms),
    }
