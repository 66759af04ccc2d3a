"""One day too early: the delay of the last day is forgotten."""

last = pd.Timestamp(today) - pd.Timedelta(days=WINDOW + DELAY - 1)
my_cutoffs = [cutoff for cutoff in month_ends if pd.Timestamp(cutoff) <= last]
