"""Rounds, so that the sum is not n."""


def share_out(kept, made, n):
    draws = np.random.default_rng().beta(
        1 + np.array(kept), 1 + np.array(made) - np.array(kept), (100, len(made))
    )
    shares = np.bincount(draws.argmax(axis=1), minlength=len(made)) / 100
    return [math.ceil(n * one) for one in shares]
