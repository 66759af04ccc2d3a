"""How many are flagged, and by how much their precision is more than the break-even asks for."""

my_models = {}
for market, about in markets.items():
    least = break_even(about["charge"], terms)
    worth = {"none": 0.0}
    for name, counts in offers.items():
        shifted = after_shift(counts, about["prevalence"])
        flagged = about["prevalence"] * shifted["recall"] / shifted["precision"]
        worth[name] = flagged * (shifted["precision"] - least)
    my_models[market] = max(worth, key=worth.get)
