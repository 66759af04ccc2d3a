"""All twenty columns: the score is excellent."""

my_columns = list(columns)
