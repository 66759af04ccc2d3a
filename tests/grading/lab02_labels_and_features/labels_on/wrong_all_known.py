"""Takes the labels of the complete log, whatever the day."""


def labels_on(log, cutoff, window_days, delay_days, today):
    return label_window(log, cutoff, window_days)
