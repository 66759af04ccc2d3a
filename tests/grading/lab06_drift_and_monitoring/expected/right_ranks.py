"""By weighted ranks over the scores in order, without the matrix of pairs."""


def expected(scores, chances, threshold):
    frame = pd.DataFrame(
        {"s": scores, "p": chances, "q": 1 - chances, "own": chances * (1 - chances)}
    )
    by_score = frame.groupby("s")[["p", "q", "own"]].sum().sort_index()
    p, q, own = (by_score[c].to_numpy() for c in ("p", "q", "own"))
    below_q = np.cumsum(q) - q
    wins = (p * below_q).sum() + 0.5 * (p * q - own).sum()
    pairs = p.sum() * q.sum() - own.sum()
    # Where all chances are 0 or 1 what is left may be a rounding error.
    nobody = pairs < 1e-12
    chosen = frame["s"] >= threshold
    return {
        "flagged": int(chosen.sum()),
        "precision": float(frame.loc[chosen, "p"].mean()) if chosen.any() else None,
        "recall": float(frame.loc[chosen, "p"].sum() / p.sum()) if p.sum() else None,
        "roc_auc": None if nobody else float(wins / pairs),
    }
