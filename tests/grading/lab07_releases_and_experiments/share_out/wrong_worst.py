"""The offer that keeps fewest."""


def share_out(kept, made, n):
    draws = np.random.default_rng().beta(
        1 + np.array(kept), 1 + np.array(made) - np.array(kept), (n, len(made))
    )
    return np.bincount(draws.argmin(axis=1), minlength=len(made)).tolist()
