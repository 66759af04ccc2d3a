"""Only the contract, to be on the safe side."""

my_columns = ["Contract"]
