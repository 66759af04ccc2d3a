"""The columns that do best alone."""

my_columns = alone.index[:8].tolist()
