"""All columns are tried; a remedy must be better than nothing by more than chance explains."""


def remedy(before, now, terms):
    columns = ["tenure", "charges", "calls", "usage", "rating"]
    bound = terms["contact"] / terms["worth"]
    gain = np.where(now["left"], terms["worth"] - terms["contact"], -terms["contact"])
    old = (scores(before, now) >= bound) * gain
    folds = np.random.default_rng(4).integers(0, 6, len(now))
    fresh = np.zeros(len(now))
    for k in range(6):
        if (folds == k).any():
            fresh[folds == k] = scores(now[folds != k], now[folds == k])
    tried = {("retrain", None): (fresh, terms["refit"])}
    for name in columns:
        then, today = before[name], now[name]
        if abs(today.mean() - then.mean()) < 0.4 * then.std():
            continue
        rest = [c for c in columns if c != name]
        tried["drop", name] = (scores(before, now, rest), terms["refit"])
        factor = today.mean() / then.mean()
        if today.std() > 0 and abs(today.std() / then.std() / factor - 1) < 0.2:
            back = now.assign(**{name: today / factor})
            tried["fix", name] = (scores(before, back), terms["fix"])
    best, most = ("nothing", None), 0.0
    for pair, (score, price) in tried.items():
        more = (score >= bound) * gain - old
        chance = more.std() / math.sqrt(len(more))
        net = (more.mean() - 0.15 * chance) * terms["customers"] - price
        if net > most:
            best, most = pair, net
    return best
