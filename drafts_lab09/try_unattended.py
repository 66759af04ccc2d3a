import numpy as np, math, time
from churn.data import load
from coursekit.exercises import capstone as C


def wrong(told, before):
    if set(told) != set(before):
        return "missing groups"
    if told == before:
        return "stale"
    if any(k > n for n, k in told.values()):
        return "swapped"
    n, k = (sum(x) for x in zip(*told.values()))
    n0, k0 = (sum(x) for x in zip(*before.values()))
    if k == 0:
        return "nobody left"
    if not 0.7 * n0 < n < 1.4 * n0:
        return "twice"
    return None


def table(months):
    S = {g: [sum(m["groups"][g][i] for m in months) for i in (0, 1)] for g in months[-1]["groups"]}
    n = sum(a for a, _ in S.values())
    k = sum(b for _, b in S.values())
    return {g: (b + 10 * k / n) / (a + 10) for g, (a, b) in S.items()}


def make(when, window=3, check=True):
    def run_month(disk, delivery):
        m, told = delivery["month"], delivery["groups"]
        w = []
        if any(o["month"] == m for o in disk["orders"]):
            return []
        labels = [x for x in disk["labels"] if x["month"] < m - 3]
        why = wrong(told, labels[-1]["groups"]) if check else None
        champ = disk["champion"]
        if why:
            if not any(a["month"] == m for a in disk["alarms"]):
                w.append(["append", "alarms", {"month": m, "why": why}])
        else:
            labels = labels + [{"month": m - 3, "groups": told}]
            w.append(["put", "labels", labels[-8:]])
            if champ.get("month") != m and when(champ["shares"], labels, m):
                champ = {
                    "version": champ["version"] + 1,
                    "month": m,
                    "shares": table(labels[-window:]),
                }
                w.append(["put", "champion", champ])
        w.append(["append", "orders", {"month": m, "groups": C.called(champ)}])
        return w

    return run_month


def drift(sh, labels, m):
    def sur(mo, sign):
        G = [g for g in sh if (sh[g] >= 0.1) == sign]
        e = sum(sh[g] * mo["groups"][g][0] for g in G)
        k = sum(mo["groups"][g][1] for g in G)
        return (k - e) / math.sqrt(max(e, 1))

    for s in (True, False):
        a, b = [sur(x, s) for x in labels[-2:]]
        if a * b > 0 and min(abs(a), abs(b)) > 2.2:
            return True
    return False


def drift1(sh, labels, m):
    mo = labels[-1]["groups"]
    x = sum((mo[g][1] - sh[g] * mo[g][0]) ** 2 / max(sh[g] * mo[g][0], 1) for g in mo)
    return x > 45


P = {
    "sol": make(drift),
    "sol1": make(drift1),
    "w1": make(drift, 1),
    "w2": make(drift, 2),
    "never": make(lambda *a: False),
    "every": make(lambda *a: True),
    "q": make(lambda s, l, m: m % 3 == 2),
    "nocheck": make(drift, 3, False),
    "everynocheck": make(lambda *a: True, 3, False),
}
W = C.worlds(np.random.default_rng(3), load("synthetic", seed=81), 40)
poss = np.array([C.possible(w) for w in W])
print("per month possible", poss.mean())
for n, f in P.items():
    t = time.process_time()
    try:
        D = [C.left_alone(w, f) for w in W]
        U = [C.left_alone(w, f, False) for w in W]
    except Exception as e:
        print(n, repr(e))
        continue
    M = np.array([C.money(w, d) for w, d in zip(W, D)])
    ok = sum({a["month"] for a in d[-1]["alarms"]} == set(w["bad"]) for w, d in zip(W, D))
    same = sum(d[-1] == u[-1] for d, u in zip(D, U))
    # bad months
    bad = 0
    lowest = []
    for w, m, p in zip(W, M, poss):
        for mo in range(24):
            if not w["rival"] <= mo < w["rival"] + 7:
                r = (m[mo] + 900 * (0)) / p[mo]
                lowest.append(r)
    print(
        n,
        "%.3f" % (M.sum() / poss.sum()),
        "trainings",
        np.mean([d[-1]["champion"]["version"] - 1 for d in D]),
        "alarms ok",
        ok,
        "same",
        same,
        "share<0.5:",
        np.mean(np.array(lowest) < 0.5),
        "min",
        min(lowest),
        "cpu",
        time.process_time() - t,
    )
print("=====")


def table(months):
    gs = set().union(*[m["groups"] for m in months])
    S = {g: [sum(m["groups"].get(g, [0, 0])[i] for m in months) for i in (0, 1)] for g in gs}
    n = sum(a for a, _ in S.values())
    k = sum(b for _, b in S.values())
    return {g: (b + 10 * k / n) / (a + 10) for g, (a, b) in S.items()}


def val(w, month, ch):
    return w["worth"][month][[w["names"].index(g) for g in C.called(ch)]].sum()


def drift(sh, labels, m):
    def sur(mo, sign):
        G = [g for g in sh if (sh[g] >= 0.1) == sign and g in mo["groups"]]
        e = sum(sh[g] * mo["groups"][g][0] for g in G)
        k = sum(mo["groups"][g][1] for g in G)
        return (k - e) / math.sqrt(max(e, 1))

    for s in (True, False):
        a, b = [sur(x, s) for x in labels[-2:]]
        if a * b > 0 and min(abs(a), abs(b)) > 2.2:
            return True
    return False


P = {
    "sol": make(drift),
    "w2": make(drift, 2),
    "w1": make(drift, 1),
    "sol1": make(drift1),
    "q": make(lambda s, l, m: m % 3 == 2),
    "every": make(lambda *a: True),
    "nocheck": make(drift, 3, False),
    "everynocheck": make(lambda *a: True, 3, False),
    "w2no": make(drift, 2, False),
}
for n, f in P.items():
    D = [C.left_alone(w, f, False) for w in W]
    M = np.array([C.money(w, d) for w, d in zip(W, D)])
    diffs = []
    for w, d in zip(W, D):
        b = w["disk"]["champion"]
        for m, x in enumerate(d):
            if x["champion"]["shares"] != b["shares"]:
                diffs.append((val(w, m, x["champion"]) - val(w, m, b)))
            b = x["champion"]
    print(
        n,
        "%.3f" % (M.sum() / poss.sum()),
        np.sort(diffs)[:6].round(),
        len(diffs),
        "worst month",
        np.sort((M + 0).ravel())[:4].round(),
    )
