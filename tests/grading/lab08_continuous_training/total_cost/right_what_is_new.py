"""Labels bought at each training, those not yet there."""


def total_cost(missed, retrained, customers, window, training, label):
    if window < 1:
        raise ValueError("no window")
    out = dict(missed=0, training=0, labels=0)
    have = set()
    for m, now in enumerate(retrained):
        if m == 0 or now:
            model = m
            out["training"] += training
            for back in range(3, 3 + window):
                if m - back >= -12 and m - back not in have:
                    have.add(m - back)
                    out["labels"] += label * customers[12 + m - back]
        out["missed"] += missed[m][model]
    out["cost"] = out["missed"] + out["training"] + out["labels"]
    return out
