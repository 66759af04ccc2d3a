"""Does not pay for failed trials."""


def search_balance(trials, baseline, months, price):
    best, cost, net = baseline, 0.0, [0.0]
    for trial in trials:
        if trial["value"] is not None:
            cost += trial["seconds"] / 3600 * price
            best = max(best, trial["value"])
        net.append(months * (best - baseline) - cost)
    stop_after = net.index(max(net))
    return {"stop_after": stop_after, "net": net[stop_after], "net_of_all": net[-1]}
