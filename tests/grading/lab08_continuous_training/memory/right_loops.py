"""With dicts and loops."""


def memory(scores, order):
    if len(order) < 2 or len(scores) == 0:
        raise ValueError("too little")
    table = {}
    for run, after, domain, score in scores[["run", "after", "domain", "score"]].itertuples(
        index=False
    ):
        if (run, after, domain) in table or not math.isfinite(score):
            raise ValueError("a row twice, or no number")
        table[run, after, domain] = float(score)
    runs = list(dict.fromkeys(key[0] for key in table))
    if set(table) != {(r, a, d) for r in runs for a in order for d in order}:
        raise ValueError("not one row for each pair")
    end, earlier = order[-1], order[:-1]
    fall = {}
    for place, domain in enumerate(earlier):
        one = []
        for run in runs:
            best = max(table[run, after, domain] for after in order[place:-1])
            one.append(best - table[run, end, domain])
        fall[domain] = statistics.fmean(one)
    largest = max(fall.values())
    return {
        "average": statistics.fmean(table[r, end, d] for r in runs for d in order),
        "backward": statistics.fmean(
            table[r, end, d] - table[r, d, d] for r in runs for d in earlier
        ),
        "forgetting": statistics.fmean(fall.values()),
        "worst": next(d for d in earlier if fall[d] == largest),
    }
