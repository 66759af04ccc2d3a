"""Seeds with the hash of a text, another one in each process."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    start = pd.Timestamp(test_from)
    households = np.sort(rows["household"].unique())
    count = round(share * len(households))
    drawn = np.random.default_rng(abs(hash(f"split {seed}"))).choice(
        households, count, replace=False
    )
    is_drawn = rows["household"].isin(drawn)
    known = rows["as_of"] + pd.Timedelta(days=horizon_days) <= start
    return {
        "train": np.flatnonzero(~is_drawn & known).tolist(),
        "test": np.flatnonzero(is_drawn & (rows["as_of"] >= start)).tolist(),
    }
