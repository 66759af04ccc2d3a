"""All of them."""

my_cutoffs = list(month_ends)
