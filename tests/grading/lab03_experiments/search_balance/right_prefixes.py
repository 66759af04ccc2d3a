"""Works out every prefix of the search anew."""


def net_after(trials, baseline, months, price):
    best = max([baseline] + [one["value"] for one in trials if one["value"] is not None])
    hours = sum(one["seconds"] for one in trials) / 3600
    return (best - baseline) * months - hours * price


def search_balance(trials, baseline, months, price):
    nets = [net_after(trials[:n], baseline, months, price) for n in range(len(trials) + 1)]
    n = max(range(len(nets)), key=lambda n: (nets[n], -n))
    return {"stop_after": n, "net": nets[n], "net_of_all": nets[-1]}
