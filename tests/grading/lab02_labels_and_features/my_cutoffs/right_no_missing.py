"""Those of whose labels none is missing, as an array."""

my_cutoffs = np.array([c for c in reversed(month_ends) if seen[c].notna().all()])
