"""Has a column fixed that was switched off."""


def remedy(before, now, terms):
    columns = [name for name in before if name != "left"]
    gain = np.where(now["left"], terms["worth"] - terms["contact"], -terms["contact"])

    def earns(score):
        """Dollars among all customers, judged on those of today whose label is known."""
        called = score >= terms["contact"] / terms["worth"]
        return float((gain * called).mean() * terms["customers"])

    old = scores(before, now)
    for name in columns:
        if now[name].nunique() == 1:
            return "fix", name
    options = {("nothing", None): earns(old)}
    fresh = np.empty(len(now))  # nobody is scored by a model that knows the answer
    for part in range(5):
        out = np.arange(len(now)) % 5 == part
        fresh[out] = scores(now[~out], now[out])
    options["retrain", None] = earns(fresh) - terms["refit"]
    moved = (now[columns].mean() - before[columns].mean()).abs() / before[columns].std()
    name = moved.idxmax()
    if moved[name] > 0.4:
        others = [c for c in columns if c != name]
        options["drop", name] = earns(scores(before, now, others)) - terms["refit"]
        ratio = now[name] / before[name].mean()
        same_spread = (
            abs(np.log((now[name].std() + 1e-9) / before[name].std() / ratio.mean())) < 0.2
        )
        if same_spread:  # a factor stretches everything; other customers do not
            mended = now.assign(**{name: now[name] / ratio.mean()})
            options["fix", name] = earns(scores(before, mended)) - terms["fix"]
    return max(options, key=options.get)
