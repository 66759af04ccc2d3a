"""Takes the test table's mixture for that of the market."""

my_models = {}
for market, about in markets.items():
    leaver = terms["success_rate"] * (terms["months_kept"] * about["charge"] - terms["offer_cost"])
    leaver -= terms["contact_cost"]
    stayer = terms["offer_cost"] + terms["contact_cost"]
    values = {name: c["tp"] * leaver - c["fp"] * stayer for name, c in offers.items()}
    my_models[market] = max(values, key=values.get)
