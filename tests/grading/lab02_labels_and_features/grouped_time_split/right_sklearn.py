"""With scikit-learn's GroupShuffleSplit, then by time."""

from sklearn.model_selection import GroupShuffleSplit


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    count = round(share * rows["household"].nunique())
    train, test = np.arange(len(rows)), np.array([], dtype=int)
    if count:  # the splitter cannot draw nobody
        splitter = GroupShuffleSplit(n_splits=1, test_size=count, random_state=seed)
        train, test = next(splitter.split(rows, groups=rows["household"].to_numpy()))
    as_of = rows["as_of"].to_numpy()
    first = np.datetime64(test_from)
    return {
        "train": train[as_of[train] <= first - np.timedelta64(horizon_days, "D")],
        "test": test[as_of[test] >= first],
    }
