"""The model with the highest accuracy in each market."""

my_models = {}
for market, about in markets.items():
    right = {n: after_shift(c, about["prevalence"])["accuracy"] for n, c in offers.items()}
    my_models[market] = max(right, key=right.get)
