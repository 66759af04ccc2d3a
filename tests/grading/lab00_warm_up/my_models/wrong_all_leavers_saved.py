"""Forgets that only a share of the leavers can be kept."""

my_models = {}
for market, about in markets.items():
    leaver = terms["months_kept"] * about["charge"] - terms["offer_cost"] - terms["contact_cost"]
    stayer = terms["offer_cost"] + terms["contact_cost"]
    share = about["prevalence"]
    values = {
        n: share * c["tp"] * leaver - (1 - share) * c["fp"] * stayer for n, c in offers.items()
    }
    values["none"] = 0
    my_models[market] = max(values, key=values.get)
