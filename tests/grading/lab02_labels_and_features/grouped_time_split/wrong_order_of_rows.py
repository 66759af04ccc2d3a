"""Draws from the households in the order in which they stand in the table."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    households = rows["household"].unique()
    drawn = np.random.default_rng(seed).permutation(households)[: round(share * len(households))]
    inside = rows["household"].isin(drawn).to_numpy()
    day = pd.Timestamp(test_from)
    late = (rows["as_of"] >= day).to_numpy()
    known = (rows["as_of"] + pd.Timedelta(days=horizon_days) <= day).to_numpy()
    test, train = np.flatnonzero(inside & late), np.flatnonzero(~inside & known)
    return {"test": test.tolist(), "train": train.tolist()}
