"""Gives the log back."""


def labels_on(log, cutoff, window_days, delay_days, today):
    return log
