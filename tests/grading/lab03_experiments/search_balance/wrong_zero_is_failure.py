"""Takes a best of 0 for no result at all."""


def search_balance(trials, baseline, months, price):
    best, cost, net = baseline, 0.0, [0.0]
    for trial in trials:
        cost += trial["seconds"] / 3600 * price
        if trial["value"] and trial["value"] > 0:
            best = max(best, trial["value"])
        net.append(months * (best - baseline) - cost)
    stop_after = net.index(max(net))
    return {"stop_after": stop_after, "net": net[stop_after], "net_of_all": net[-1]}
