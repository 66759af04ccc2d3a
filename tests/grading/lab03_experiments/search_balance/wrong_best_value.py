"""Stops at the best model, whatever it cost."""


def search_balance(trials, baseline, months, price):
    best, cost, net = baseline, 0.0, [0.0]
    for trial in trials:
        cost += trial["seconds"] / 3600 * price
        if trial["value"] is not None:
            best = max(best, trial["value"])
        net.append(months * (best - baseline) - cost)
    values = [baseline] + [baseline if t["value"] is None else t["value"] for t in trials]
    stop_after = values.index(max(values))
    return {"stop_after": stop_after, "net": net[stop_after], "net_of_all": net[-1]}
