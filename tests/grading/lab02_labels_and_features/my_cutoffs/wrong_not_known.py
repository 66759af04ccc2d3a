"""Those whose labels are not known yet."""

my_cutoffs = [c for c in month_ends if rates.loc[c, "not known"] > 0]
