"""Draws factors at random and weights them by the early labels."""


def believe(scores, early, terms):
    rng = np.random.default_rng(3)
    moves = np.concatenate([np.zeros(100), rng.normal(0, 0.8, 300)])
    prior = np.concatenate([np.full(100, 0.5 / 100), np.full(300, 0.5 / 300)])
    logit = np.log(early["score"] / (1 - early["score"])).to_numpy()
    z = logit[None] + moves[:, None]
    sign = np.where(early["left"], 1.0, -1.0)
    fit = -np.logaddexp(0, -sign * z).sum(axis=1)
    weight = prior * np.exp(fit - fit.max())
    chosen = np.sort(scores[scores >= terms["threshold"]])[::5]
    now = 1 / (1 + np.exp(-(np.log(chosen / (1 - chosen)) + moves[:, None])))
    good = np.abs(now.mean(axis=1) - terms["estimate"]) <= terms["off"]
    p = (weight * good).sum() / weight.sum()
    return bool(p * terms["saves"] >= (1 - p) * terms["loses"])
