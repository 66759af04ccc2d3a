"""The factor's likelihood by Newton's step, and a normal curve around it."""


def believe(scores, early, terms):
    z = np.log(early["score"] / (1 - early["score"])).to_numpy()
    left = early["left"].to_numpy(dtype=float)
    x, precision = 0.0, 0.0
    for _ in range(20):
        p = 1 / (1 + np.exp(-(z + x)))
        precision = (p * (1 - p)).sum() + 1 / 0.8**2
        x += ((left - p).sum() - x / 0.8**2) / precision
    chosen = scores[scores >= terms["threshold"]]
    odds = np.log(chosen / (1 - chosen))

    def shown(move):
        return (1 / (1 + np.exp(-(odds + move)))).mean()

    draws = x + np.linspace(-2.5, 2.5, 41) / math.sqrt(precision)
    weight = stats.norm.pdf(np.linspace(-2.5, 2.5, 41))
    close_by = np.array([abs(shown(d) - terms["estimate"]) <= terms["off"] for d in draws])
    moved = (weight * close_by).sum() / weight.sum()
    # How much better no change explains the labels than a change of unknown size.
    still = 1 / (1 + np.exp(-z))
    loglike = np.where(left == 1, np.log(still), np.log(1 - still)).sum()
    p = 1 / (1 + np.exp(-(z + x)))
    best = np.where(left == 1, np.log(p), np.log(1 - p)).sum() - x**2 / (2 * 0.8**2)
    evidence = math.exp(min(50, best - loglike)) / (0.8 * math.sqrt(precision))
    same = 1 / (1 + evidence)
    right = same * 0.99 + (1 - same) * moved
    return bool(right * terms["saves"] > (1 - right) * terms["loses"])
