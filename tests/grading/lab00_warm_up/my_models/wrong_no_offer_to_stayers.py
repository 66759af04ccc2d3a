"""Forgets that flagged stayers take the offer."""

my_models = {}
for market, about in markets.items():
    leaver = terms["success_rate"] * (terms["months_kept"] * about["charge"] - terms["offer_cost"])
    leaver -= terms["contact_cost"]
    stayer = terms["contact_cost"]
    share = about["prevalence"]
    values = {
        n: share * c["tp"] * leaver - (1 - share) * c["fp"] * stayer for n, c in offers.items()
    }
    values["none"] = 0
    my_models[market] = max(values, key=values.get)
