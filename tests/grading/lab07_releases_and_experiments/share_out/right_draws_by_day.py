"""Thompson by the chance of being best, rounded without losing anybody."""


def share_out(kept, made, n):
    rng = np.random.default_rng()
    draws = rng.beta(np.add(kept, 1), np.subtract(made, kept) + 1, (1000, len(made)))
    chance = np.bincount(draws.argmax(axis=1), minlength=len(made)) / 1000
    return [int(one) for one in rng.multinomial(n, chance)]
