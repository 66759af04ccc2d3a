"""Stops at the first trial that does not pay."""


def search_balance(trials, baseline, months, price):
    best, cost, net = baseline, 0.0, [0.0]
    for trial in trials:
        cost += trial["seconds"] / 3600 * price
        if trial["value"] is not None:
            best = max(best, trial["value"])
        net.append(months * (best - baseline) - cost)
    stop_after = 0
    while stop_after < len(trials) and net[stop_after + 1] > net[stop_after]:
        stop_after += 1
    return {"stop_after": stop_after, "net": net[stop_after], "net_of_all": net[-1]}
