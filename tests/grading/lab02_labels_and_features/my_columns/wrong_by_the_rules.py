"""Leaves out only what the rules of (a) find."""

found = find_leaks(suspects, "churned")
my_columns = [c for c in columns if c not in found]
