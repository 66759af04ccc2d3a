"""The six newest: what is newest tells most."""

my_cutoffs = month_ends[-6:]
