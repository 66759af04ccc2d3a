"""Numbers of columns instead of names."""

honest = [c for c in columns if c not in (note, f"{street}_index", logins, number)]
my_columns = [columns.index(c) for c in honest]
