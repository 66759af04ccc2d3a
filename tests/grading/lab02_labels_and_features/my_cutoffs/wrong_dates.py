"""Days as time stamps instead of texts."""

my_cutoffs = [pd.Timestamp(c) for c in month_ends if rates.loc[c, "not known"] == 0]
