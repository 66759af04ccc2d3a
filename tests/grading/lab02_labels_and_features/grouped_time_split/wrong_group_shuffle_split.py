"""GroupShuffleSplit rounds up: 'rounded to a whole number'."""

from sklearn.model_selection import GroupShuffleSplit


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    splitter = GroupShuffleSplit(1, test_size=share, random_state=seed)
    rest, drawn = next(splitter.split(rows, groups=rows["household"]))
    day = pd.Timestamp(test_from)
    as_of = rows["as_of"].to_numpy()
    test = [int(i) for i in drawn if as_of[i] >= day.to_datetime64()]
    train = [
        int(i) for i in rest if as_of[i] + np.timedelta64(horizon_days, "D") <= day.to_datetime64()
    ]
    return {"test": test, "train": train}
