"""The longest of the windows with which the right groups are called."""

FACTORS = [0.3, 0.375, 0.45, 0.525, 0.6, 2.0, 2.5, 3.0, 3.5, 4.0]


def window(customers, left):
    rows_n = [[int(v) for v in row] for row in customers]
    rows_y = [[int(v) for v in row] for row in left]
    months, groups = len(rows_n), len(rows_n[0])

    def totals(rows, start, stop):
        sums = [0] * groups
        for row in rows[start:stop]:
            for g, value in enumerate(row):
                sums[g] += value
        return sums

    def shares(start, stop):
        n, y = totals(rows_n, start, stop), totals(rows_y, start, stop)
        mean = sum(y) / sum(n) if sum(n) else 0.0
        return [(b + 10 * mean) / (a + 10) for a, b in zip(n, y)], n, y

    def chance(p, n, y):
        return y * math.log(p) + (n - y) * math.log(1 - p)

    stories = []  # log of prior times likelihood, probabilities of today
    for k in [0, *range(2, 14)]:
        old, old_n, old_y = shares(0, months - k)
        new_n, new_y = totals(rows_n, months - k, months), totals(rows_y, months - k, months)
        log = math.log(1 / 3) if k == 0 else math.log(2 / 3 / 12)
        today = []
        for g in range(groups):
            p = min(max(old[g], 0.002), 0.7)
            log += chance(p, old_n[g], old_y[g])
            if k == 0:
                today.append(p)
                continue
            ways = [min(f * p, 0.97) for f in FACTORS]
            logs = [chance(q, new_n[g], new_y[g]) for q in ways]
            top = max(logs)
            mass = [math.exp(one - top) for one in logs]
            log += top + math.log(sum(mass) / len(mass))
            today.append(sum(m * q for m, q in zip(mass, ways)) / sum(mass))
        stories.append((log, today))

    top = max(log for log, _ in stories)
    mass = [math.exp(log - top) for log, _ in stories]
    today = [
        sum(m * story[1][g] for m, story in zip(mass, stories)) / sum(mass) for g in range(groups)
    ]
    size = totals(rows_n, months - 3, months)
    best, best_value = None, -math.inf
    for k in range(months, 0, -1):
        share = shares(months - k, months)[0]
        value = sum(size[g] * (90 * today[g] - 9) for g in range(groups) if share[g] >= 0.1)
        if value > best_value + 1e-9:
            best, best_value = k, value
    return best
