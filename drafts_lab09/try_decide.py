import numpy as np, math
from churn.data import load
from coursekit.exercises import capstone as C


def alarm(seen):
    b, t = seen["customers"][-2:]
    S = lambda d: sum(d.values())
    lost = max((b[g] - t[g]) / math.sqrt(b[g] + 1) for g in b)
    gained = max((t[g] - b[g]) / math.sqrt(b[g] + 1) for g in b)
    return abs(S(t) - S(b)) < 0.05 * S(b) and lost > 6 and gained > 6


def decide(seen):
    if alarm(seen):
        return "alarm"

    def sur(m, pred):
        e = sum(v["expected"] for g, v in m.items() if pred(g))
        k = sum(v["left"] for g, v in m.items() if pred(g))
        return (k - e) / math.sqrt(max(e, 1))

    call = lambda g: seen["model"][g] >= 0.1
    for p in (call, lambda g: not call(g)):
        a, b = [sur(m, p) for m in seen["labelled"][-2:]]
        if a * b > 0 and min(abs(a), abs(b)) > 2.2:
            return "retrain"
    return "keep"


for src, seed in (("synthetic", 81), ("synthetic", 5)):
    ts = C.telcos(np.random.default_rng(3), load(src, seed=seed), 60)
    P = {
        "sol": decide,
        "keep": lambda s: "keep",
        "q": lambda s: "retrain" if s["month"] % 3 == 2 else "keep",
        "al": lambda s: "alarm" if alarm(s) else "keep",
        "alq": lambda s: "alarm" if alarm(s) else ("retrain" if s["month"] % 3 == 2 else "keep"),
        "noal": lambda s: "keep" if alarm(s) else decide(s),
        "alltime": lambda s: "alarm",
        "every": lambda s: "retrain",
    }
    for n, f in P.items():
        r = [C.lived_through(t, f) for t in ts]
        print(
            n,
            np.mean([x["cost"] for x in r]),
            [sum(x["said"].count(w) for x in r) / 60 for w in ("retrain", "alarm")],
        )
    print(np.mean([len(t["faults"]) for t in ts]))
