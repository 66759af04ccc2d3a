"""The worst domain is that which fell furthest in a single run."""


def memory(scores, order):
    order = list(order)
    n = len(order)
    if n < 2 or len(set(order)) != n or len(scores) == 0:
        raise ValueError("at least two domains and one run")
    value = pd.to_numeric(scores["score"], errors="coerce").to_numpy(dtype=float)
    if not np.isfinite(value).all():
        raise ValueError("every score is a finite number")
    place = {name: i for i, name in enumerate(order)}
    after = np.array([place.get(name, -1) for name in scores["after"]])
    domain = np.array([place.get(name, -1) for name in scores["domain"]])
    if (after < 0).any() or (domain < 0).any():
        raise ValueError("a domain that is not in order")
    run, names = pd.factorize(scores["run"])
    tables = []
    for one in range(len(names)):
        mine = np.flatnonzero(run == one)
        pairs = after[mine] * n + domain[mine]
        if len(pairs) != n * n or len(np.unique(pairs)) != n * n:
            raise ValueError("each pair once in each run")
        table = np.empty((n, n))
        table[after[mine], domain[mine]] = value[mine]
        tables.append(table)
    if not tables:
        raise ValueError("no run")
    tables = np.array(tables)
    last = tables[:, -1, :]
    own = tables[:, range(n - 1), range(n - 1)]
    best = np.column_stack([tables[:, i : n - 1, i].max(axis=1) for i in range(n - 1)])
    falls = best - last[:, :-1]
    mean_falls = falls.max(axis=0)
    worst = int(np.flatnonzero(mean_falls >= mean_falls.max() - 1e-12)[0])
    return {
        "average": float(last.mean()),
        "backward": float((last[:, :-1] - own).mean()),
        "forgetting": float(falls.mean()),
        "worst": order[worst],
    }
