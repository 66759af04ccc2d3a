"""Those with any label that is known."""

my_cutoffs = [c for c in month_ends if rates.loc[c, "not known"] < 1]
