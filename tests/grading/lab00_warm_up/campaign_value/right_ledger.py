"""Adds up income, offers and contacts one after the other, in pandas."""

import pandas as pd


def campaign_value(churned, scores, charges, threshold, terms):
    list_ = pd.DataFrame({"left": churned, "score": scores, "charge": charges})
    list_ = list_[list_["score"].ge(threshold)]
    leavers = list_[list_["left"] == 1]
    kept = terms["success_rate"]
    income = kept * terms["months_kept"] * leavers["charge"].sum()
    offers = terms["offer_cost"] * (kept * len(leavers) + len(list_) - len(leavers))
    return income - offers - terms["contact_cost"] * len(list_)
