"""A T-learner of boosted trees on the texts."""


def whom(log, today, cost, gain):
    texts = [c for c in log if log[c].dtype == object and c != "customerID"]
    both = pd.concat([log[texts], today[texts]]).astype("category").apply(lambda c: c.cat.codes)
    old, new = both.iloc[: len(log)].to_numpy(), both.iloc[len(log) :].to_numpy()
    p = []
    for arm in (0, 1):
        rows = (log["contacted"] == arm).to_numpy()
        model = HistGradientBoostingClassifier(
            max_iter=60,
            learning_rate=0.1,
            max_leaf_nodes=4,
            l2_regularization=5,
            categorical_features=list(range(len(texts))),
        )
        p.append(model.fit(old[rows], log["left"][rows]).predict_proba(new)[:, 1])
    return [i for i, off in zip(today["customerID"], p[0] - p[1], strict=True) if gain * off > cost]
