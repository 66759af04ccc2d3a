"""Draws from a set, whose order is another one in each process."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    households = list(set(rows["household"]))
    drawn = np.random.default_rng(seed).permutation(households)[: round(share * len(households))]
    inside = rows["household"].isin(drawn).to_numpy()
    day = pd.Timestamp(test_from)
    late = (rows["as_of"] >= day).to_numpy()
    known = (rows["as_of"] + pd.Timedelta(days=horizon_days) <= day).to_numpy()
    test, train = np.flatnonzero(inside & late), np.flatnonzero(~inside & known)
    return {"test": test.tolist(), "train": train.tolist()}
