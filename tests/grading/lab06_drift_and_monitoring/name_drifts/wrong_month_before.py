"""The last month that is as before, for the first that is not."""


def name_drifts(table):
    numbers = ["tenure", "MonthlyCharges"]
    categories = ["Contract", "PaymentMethod", "PaperlessBilling", "Partner"]

    def far(before, after):
        """Distance of two tables of counts, row by row: the G statistic and its degrees of freedom."""
        both = before + after
        shares = both / np.maximum(both.sum(axis=1, keepdims=True), 1)
        g = 0.0
        for part in (before, after):
            wanted = shares * part.sum(axis=1, keepdims=True)
            g += 2 * (part * np.log(np.maximum(part, 1e-9) / np.maximum(wanted, 1e-9))).sum()
        alive = (before.sum(axis=1) > 0) & (after.sum(axis=1) > 0)
        return np.array([g, (np.maximum((both[alive] > 0).sum(axis=1) - 1, 0)).sum()])

    def beyond_chance(parts):
        g, free = np.sum(parts, axis=0)
        return (g - free) / np.sqrt(2 * max(free, 1))

    def one(table):
        months = sorted(table["month"].unique())
        place = table["month"].map({m: i for i, m in enumerate(months)}).to_numpy()
        early = table[place < 3]
        for column in numbers + categories:  # a program writes what never came before
            known = (
                table[column].notna() if column in numbers else table[column].isin(early[column])
            )
            if not known.all():
                since = months[place[~known.to_numpy()].min() - 1]
                return {"kind": "records", "column": column, "since": since}
        codes = {c: pd.factorize(table[c])[0] for c in [*categories, "Churn"]}
        codes |= {c: pd.qcut(table[c].rank(method="first"), 6, labels=False) for c in numbers}
        inputs = numbers + categories

        def counts(*columns):
            shape = [len(months), *(int(codes[c].max()) + 1 for c in columns)]
            made = np.zeros(shape)
            np.add.at(made, (place, *(codes[c] for c in columns)), 1)
            return made

        def split(made, since):
            return made[:since].sum(axis=0), made[since:].sum(axis=0)

        alone = {c: counts(c)[:, None] for c in codes}
        with_churn = {c: counts(c, "Churn") for c in inputs}
        pairs = {(a, b): counts(a, b) for a in categories for b in inputs if a != b}

        def explanations(since):
            """How much each explanation leaves open: (size beyond chance, kind, column, signal)."""
            moved = {c: far(*split(alone[c], since)) for c in codes}
            still = [moved[c] for c in inputs]
            yield beyond_chance(list(moved.values())), "none", None, None
            given = [far(*(part.T for part in split(with_churn[c], since))) for c in inputs]
            yield beyond_chance(given), "prior", "Churn", alone["Churn"]
            for c in numbers:
                rest = [moved[d] for d in codes if d != c]
                yield beyond_chance(rest), "records", c, alone[c]
            for c in categories:
                rest = [far(*split(pairs[c, d], since)) for d in inputs if d != c]
                rest.append(far(*split(with_churn[c], since)))
                yield beyond_chance(rest), "mix", c, alone[c]
                for v in range(with_churn[c].shape[1]):
                    others = far(*split(np.delete(with_churn[c], v, axis=1), since))
                    yield (
                        beyond_chance([*still, others]),
                        "concept",
                        c,
                        with_churn[c][:, v][:, None],
                    )

        nothing = {s: next(explanations(s))[0] for s in range(2, 11)}

        # What drifts may leave the shares of all columns alone: leavers of one kind count, too.
        def loudest(s):
            return max(beyond_chance([far(*split(with_churn[c], s))]) for c in inputs)

        since = max(nothing, key=lambda s: max(nothing[s], loudest(s)))
        if max(nothing[since], loudest(since)) < 6:
            return {"kind": "none", "column": None, "since": None}
        _, kind, column, signal = min(list(explanations(since))[1:], key=lambda e: e[0])
        since = max(range(2, 11), key=lambda s: far(*split(signal, s))[0])
        return {"kind": kind, "column": column, "since": months[since - 1]}

    return {str(name): one(rows) for name, rows in table.groupby("feed")}
