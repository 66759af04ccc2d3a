"""Splits the rows at random."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    cut = round(share * len(rows))
    return {"train": order[cut:].tolist(), "test": order[:cut].tolist()}
