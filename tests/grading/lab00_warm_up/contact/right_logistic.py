"""A logistic regression on the score's odds, then the expected dollars of each customer."""

import numpy as np
from sklearn.linear_model import LogisticRegression


def odds(score):
    score = score.clip(1e-6, 1 - 1e-6)
    return np.log(score / (1 - score)).to_numpy().reshape(-1, 1)


def contact(past, new, terms):
    model = LogisticRegression().fit(odds(past["score"]), past["churned"])
    p = model.predict_proba(odds(new["score"]))[:, 1]
    kept = terms["success_rate"] * (terms["months_kept"] * new["charge"] - terms["offer_cost"])
    return p * kept - (1 - p) * terms["offer_cost"] - terms["contact_cost"] > 0
