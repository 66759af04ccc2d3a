"""No campaign anywhere."""

my_models = dict.fromkeys(markets, "none")
