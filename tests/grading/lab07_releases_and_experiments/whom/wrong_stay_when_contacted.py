"""Those who stay when they are contacted, whatever they do otherwise."""


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

    taken_off = 1 - leaving(log[log["contacted"] == 1]) - 0.5
    return today["customerID"][gain * taken_off > cost].tolist()
