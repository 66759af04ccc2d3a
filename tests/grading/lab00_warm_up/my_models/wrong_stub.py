"""The empty stub as handed out."""

my_models = None
raise NotImplementedError()
