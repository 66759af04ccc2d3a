"""Only the newest of those that are known."""

last = pd.Timestamp(today) - pd.Timedelta(days=WINDOW + DELAY)
my_cutoffs = [cutoff for cutoff in month_ends if pd.Timestamp(cutoff) <= last][-1:]
