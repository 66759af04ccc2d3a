"""The empty stub as handed out."""

my_cutoffs = None
raise NotImplementedError()
