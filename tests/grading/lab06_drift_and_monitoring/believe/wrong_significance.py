"""Distrusts only what is significant at 1 %, whatever is at stake."""


def believe(scores, early, terms):
    p = early["score"]
    z = (early["left"] - p).sum() / math.sqrt((p * (1 - p)).sum())
    return bool(abs(z) < 2.6)
