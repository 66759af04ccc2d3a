"""One array of runs."""


def memory(scores, order):
    k = len(order)
    if k < 2:
        raise ValueError("one domain")
    runs = scores["run"].unique()
    wanted = pd.MultiIndex.from_product([runs, order, order])
    found = scores.set_index(["run", "after", "domain"])["score"]
    if len(runs) == 0 or len(found) != len(wanted) or not found.index.is_unique:
        raise ValueError("not one row for each pair")
    R = found.reindex(wanted).to_numpy(dtype=float).reshape(len(runs), k, k)
    if not np.isfinite(R).all():
        raise ValueError("a score is missing")
    best = np.stack([R[:, j : k - 1, j].max(axis=1) for j in range(k - 1)], axis=1)
    falls = (best - R[:, -1, :-1]).mean(axis=0)
    learned = np.diagonal(R, axis1=1, axis2=2)[:, :-1]
    return dict(
        average=float(R[:, -1].mean()),
        backward=float((R[:, -1, :-1] - learned).mean()),
        forgetting=float(falls.mean()),
        worst=order[int(np.argmax(falls))],
    )
