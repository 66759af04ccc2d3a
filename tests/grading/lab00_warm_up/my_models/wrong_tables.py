"""The whole counts of the chosen model instead of its name."""

my_models = {}
for market in markets:
    my_models[market] = offers["Ada"]
