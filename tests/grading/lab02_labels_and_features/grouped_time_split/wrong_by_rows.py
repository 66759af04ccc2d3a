"""Draws rows and takes their households (large ones more often): 'draw this share of all households at random'."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    households = np.array(sorted(rows["household"].unique()))
    rng = np.random.default_rng(seed)
    drawn = pd.Series(rng.permutation(rows["household"].to_numpy())).unique()[
        : round(share * len(households))
    ]
    inside = rows["household"].isin(drawn).to_numpy()
    day = pd.Timestamp(test_from)
    late = (rows["as_of"] >= day).to_numpy()
    known = (rows["as_of"] + pd.Timedelta(days=horizon_days) <= day).to_numpy()
    return {
        "test": np.flatnonzero(inside & late).tolist(),
        "train": np.flatnonzero(~inside & known).tolist(),
    }
