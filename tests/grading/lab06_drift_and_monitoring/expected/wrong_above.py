"""Flags above the threshold only."""


def expected(scores, chances, threshold):
    scores, p = np.asarray(scores, dtype=float), np.asarray(chances, dtype=float)
    chosen = scores > threshold
    flagged = int(chosen.sum())
    found = {"flagged": flagged, "precision": None, "recall": None, "roc_auc": None}
    if flagged:
        found["precision"] = float(p[chosen].mean())
    if p.sum() > 0:
        found["recall"] = float(p[chosen].sum() / p.sum())
    pairs = np.outer(p, 1 - p)
    np.fill_diagonal(pairs, 0)
    if pairs.sum() > 0:
        wins = (scores[:, None] > scores) + 0.5 * (scores[:, None] == scores)
        found["roc_auc"] = float((pairs * wins).sum() / pairs.sum())
    return found
