"""The best may be after the last domain."""


def memory(scores, order):
    if len(order) < 2 or scores.empty:
        raise ValueError("there must be a run, and at least two domains")
    averages, backwards, falls = [], [], []
    for run, rows in scores.groupby("run", dropna=False):
        if set(rows["after"]) | set(rows["domain"]) != set(order) or len(rows) != len(order) ** 2:
            raise ValueError(f"run {run}: a row is missing, or one too many")
        if rows.duplicated(["after", "domain"]).any() or not np.isfinite(rows["score"]).all():
            raise ValueError(f"run {run}: a score is missing, or there are two")
        R = rows.pivot(index="after", columns="domain", values="score").loc[order, order].to_numpy()
        averages.append(R[-1].mean())
        backwards.append((R[-1] - R.diagonal())[:-1].mean())
        falls.append([R[j:, j].max() - R[-1, j] for j in range(len(order) - 1)])
    return {
        "average": float(np.mean(averages)),
        "backward": float(np.mean(backwards)),
        "forgetting": float(np.mean(falls)),
        "worst": order[int(np.mean(falls, axis=0).argmax())],
    }
