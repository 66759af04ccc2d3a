"""Only the best twentieth."""


def whom(log, today, cost, gain):
    # Two models, of those who were contacted and of those who were not (a T-learner).
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    texts = [name for name in today.columns if name not in [*numbers, "customerID"]]

    def leaving(rows):
        encoder = make_column_transformer(
            (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), texts)
        )
        model = make_pipeline(encoder, LogisticRegression(C=0.05, max_iter=300))
        return model.fit(rows[numbers + texts], rows["left"]).predict_proba(today[numbers + texts])[
            :, 1
        ]

    taken_off = leaving(log[log["contacted"] == 0]) - leaving(log[log["contacted"] == 1])
    best = np.argsort(-taken_off)[: len(today) // 20]
    return today["customerID"].iloc[best[gain * taken_off[best] > cost]].tolist()
