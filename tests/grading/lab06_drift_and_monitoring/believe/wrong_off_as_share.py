"""Takes off for a share of the estimate."""


def believe(scores, early, terms):
    # One factor of the odds for everybody: none in half of the months.
    odds = early["score"] / (1 - early["score"])
    moves = np.linspace(-2.5, 2.5, 51)
    leave = 1 / (1 + np.exp(-moves)[:, None] / odds.to_numpy())
    chance = np.where(early["left"], leave, 1 - leave)
    usual = stats.norm.pdf(moves, 0, 0.8)
    prior = 0.5 * usual / usual.sum() + 0.5 * (np.abs(moves) < 1e-9)
    weight = prior * np.exp(np.log(chance).sum(axis=1) - np.log(chance).sum(axis=1).max())
    chosen = scores[scores >= terms["threshold"]]
    now = (1 / (1 + np.exp(-moves)[:, None] * (1 / chosen - 1))).mean(axis=1)
    spread = np.sqrt(now * (1 - now) / len(chosen))
    off, middle = terms["off"] * terms["estimate"], terms["estimate"]
    right = stats.norm.cdf(middle + off, now, spread) - stats.norm.cdf(middle - off, now, spread)
    p = (weight * right).sum() / weight.sum()
    return bool(p * terms["saves"] > (1 - p) * terms["loses"])
