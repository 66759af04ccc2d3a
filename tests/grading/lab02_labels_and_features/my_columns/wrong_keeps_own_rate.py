"""Keeps the rate that was made of this table's labels."""

honest = [c for c in columns if c not in (note, f"{street}_index", logins, number)]
my_columns = [*honest, f"{street}_index"]
