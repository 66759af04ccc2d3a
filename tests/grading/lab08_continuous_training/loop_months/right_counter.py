"""With counters."""


def loop_months(log, break_even):
    rows = sorted(
        zip(log["month"], log["group"], log["chosen"], log["held_out"], log["left"], strict=True),
        key=lambda row: row[0],
    )
    out, start = [], None
    for month, part in itertools.groupby(rows, key=lambda row: row[0]):
        part = list(part)
        chosen = Counter(group for _, group, wanted, _, _ in part if wanted)
        total = chosen.total()
        entropy = -sum(n / total * math.log(n / total) for n in chosen.values())
        diversity = math.exp(entropy) if total else 0.0
        if start is None:
            start = (set(chosen), diversity)
        gone = start[0] - set(chosen)
        left = [int(leaves) for _, group, _, held, leaves in part if held and group in gone]
        missed = statistics.fmean(left) if left else None
        narrow = diversity < 3 * start[1] / 4
        loop = bool(narrow and left and missed >= break_even)
        out.append({"month": int(month), "diversity": diversity, "missed": missed, "loop": loop})
    return out
