"""Leaves out whatever does well alone."""

my_columns = alone[alone < 0.6].index.tolist()
