"""Draws from a set made of sorted names: the same within a process only."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    start = pd.Timestamp(test_from)
    households = list(frozenset(sorted(rows["household"])))
    count = round(share * len(households))
    drawn = np.random.default_rng(seed).choice(households, count, replace=False)
    is_drawn = rows["household"].isin(drawn)
    known = rows["as_of"] + pd.Timedelta(days=horizon_days) <= start
    return {
        "train": np.flatnonzero(~is_drawn & known).tolist(),
        "test": np.flatnonzero(is_drawn & (rows["as_of"] >= start)).tolist(),
    }
