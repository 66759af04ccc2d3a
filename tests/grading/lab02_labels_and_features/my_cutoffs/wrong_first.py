"""Only the first, to be on the safe side."""

my_cutoffs = month_ends[:1]
