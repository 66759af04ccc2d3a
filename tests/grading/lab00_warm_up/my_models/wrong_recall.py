"""The model that finds most leavers."""

best = max(offers, key=lambda name: offers[name]["tp"])
my_models = dict.fromkeys(markets, best)
