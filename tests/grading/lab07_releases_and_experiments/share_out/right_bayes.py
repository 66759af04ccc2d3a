"""A Bayesian UCB: the 80 % quantile of what is believed, one customer after the other."""


def share_out(kept, made, n):
    given = [0] * len(made)
    kept, made = np.array(kept, float), np.array(made, float)
    for _ in range(n):
        tried = made + given
        mean = (kept + 1) / (made + 2)
        value = stats.norm.ppf(0.8) * np.sqrt(mean * (1 - mean) / (tried + 3)) + mean
        given[int(value.argmax())] += 1
    return given
