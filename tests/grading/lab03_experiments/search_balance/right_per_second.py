"""Turns the price into one of a second, and compares without tolerance."""


def search_balance(trials, baseline, months, price):
    per_second = price / 3600
    best, stop_after, highest, net, seconds = baseline, 0, 0, 0, 0
    for n, trial in enumerate(trials, start=1):
        seconds += trial["seconds"]
        if trial["value"] is not None and trial["value"] > best:
            best = trial["value"]
        net = months * best - months * baseline - per_second * seconds
        if net > highest:
            stop_after, highest = n, net
    return {"stop_after": stop_after, "net": highest, "net_of_all": net}
