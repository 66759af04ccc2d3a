"""Dollars for each customer of a market, from the shares of both that are flagged."""


def dollars(about, flagged_leavers, flagged_stayers):
    share = about["prevalence"]
    leaver = terms["success_rate"] * (terms["months_kept"] * about["charge"] - terms["offer_cost"])
    leaver -= terms["contact_cost"]
    stayer = terms["offer_cost"] + terms["contact_cost"]
    return share * flagged_leavers * leaver - (1 - share) * flagged_stayers * stayer


my_models = {}
for market, about in markets.items():
    best = ("none", 0.0)
    for name, counts in offers.items():
        value = dollars(about, counts["tp"] / 1000, counts["fp"] / 1000)
        if value > best[1]:
            best = (name, value)
    my_models[market] = best[0]
