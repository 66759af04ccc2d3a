"""Keeps the label."""

honest = [c for c in columns if c not in (note, f"{street}_index", logins, number)]
my_columns = [*honest, "churned"]
