"""The best model in each market, also where every campaign loses."""

my_models = {}
for market, about in markets.items():
    leaver = terms["success_rate"] * (terms["months_kept"] * about["charge"] - terms["offer_cost"])
    leaver -= terms["contact_cost"]
    stayer = terms["offer_cost"] + terms["contact_cost"]
    share = about["prevalence"]
    values = {
        n: share * c["tp"] * leaver - (1 - share) * c["fp"] * stayer for n, c in offers.items()
    }
    my_models[market] = max(values, key=values.get)
