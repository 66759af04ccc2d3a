"""One running sum over the ranked customers, ties kept together."""

import numpy as np
import pandas as pd


def best_threshold(churned, scores, charges, terms):
    leaver = terms["success_rate"] * (terms["months_kept"] * charges - terms["offer_cost"])
    gain = np.where(churned == 1, leaver, -terms["offer_cost"]) - terms["contact_cost"]
    by_score = pd.Series(gain).groupby(scores).sum().sort_index(ascending=False).cumsum()
    if by_score.max() <= 0:
        return {"threshold": float("inf"), "value": 0}
    return {"threshold": by_score.idxmax(), "value": by_score.max()}
