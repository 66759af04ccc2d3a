"""Those of whose labels at least one in a thousand is known."""

my_cutoffs = [c for c in month_ends if rates.loc[c, "not known"] < 0.999]
