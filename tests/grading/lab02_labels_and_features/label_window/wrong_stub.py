"""The empty stub as handed out."""


def label_window(log, cutoff, window_days):
    raise NotImplementedError()
