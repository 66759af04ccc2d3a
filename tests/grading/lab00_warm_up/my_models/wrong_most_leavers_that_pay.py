"""The most leavers among the models whose campaign does not lose."""

my_models = {}
for market, about in markets.items():
    least = break_even(about["charge"], terms)
    fit = {}
    for name, counts in offers.items():
        shifted = after_shift(counts, about["prevalence"])
        if shifted["precision"] > least:
            fit[name] = shifted["recall"]
    my_models[market] = max(fit, key=fit.get) if fit else "none"
