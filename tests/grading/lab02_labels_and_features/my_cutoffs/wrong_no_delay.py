"""Waits for the end of the window, not for the delay."""

last = pd.Timestamp(today) - pd.Timedelta(days=WINDOW)
my_cutoffs = [cutoff for cutoff in month_ends if pd.Timestamp(cutoff) <= last]
