"""Says of every table what happened last year."""


def name_drifts(table):
    return {name: dict(truth) for name, truth in last_year.truth.items()}
