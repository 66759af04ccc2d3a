"""The tenth with the highest scores, whatever they pay."""


def contact(past, new, terms):
    return (new["score"] >= new["score"].quantile(0.9)).tolist()
