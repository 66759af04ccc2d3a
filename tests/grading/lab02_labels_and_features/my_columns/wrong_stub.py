"""The empty stub as handed out."""

my_columns = None
raise NotImplementedError()
