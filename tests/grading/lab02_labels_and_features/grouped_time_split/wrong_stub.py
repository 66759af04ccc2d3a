"""The empty stub as handed out."""


def grouped_time_split(rows, test_from, horizon_days, share, seed):
    raise NotImplementedError()
