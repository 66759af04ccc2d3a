"""Reckons with days only."""

last = pd.Timestamp(today) - pd.Timedelta(days=WINDOW + DELAY)
my_cutoffs = [cutoff for cutoff in month_ends if pd.Timestamp(cutoff) <= last]
