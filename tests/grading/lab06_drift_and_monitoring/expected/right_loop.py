"""Pairs in a loop."""


def expected(scores, chances, threshold):
    people = list(zip(scores.tolist(), chances.tolist()))
    flagged = [p for s, p in people if s >= threshold]
    everybody = math.fsum(p for _, p in people)
    above, below = [], []
    for (s, p), (t, q) in itertools.permutations(people, 2):
        weight = p * (1 - q)
        below.append(weight)
        above.append(weight * (1.0 if s > t else 0.5 if s == t else 0.0))
    under = math.fsum(below)
    return {
        "flagged": len(flagged),
        "precision": statistics.fmean(flagged) if flagged else None,
        "recall": math.fsum(flagged) / everybody if everybody else None,
        "roc_auc": math.fsum(above) / under if under else None,
    }
