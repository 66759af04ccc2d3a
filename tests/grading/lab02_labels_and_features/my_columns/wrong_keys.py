"""Only what was known at the very beginning."""

my_columns = ["region", "agent", "account_no", street]
