"""Numbers only."""


def whom(log, today, cost, gain):
    # Two models, of those who were contacted and of those who were not (a T-learner).
    numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
    texts = []

    def leaving(rows):
        encoder = make_column_transformer(
            (StandardScaler(), numbers), (OneHotEncoder(handle_unknown="ignore"), texts)
        )
        model = make_pipeline(encoder, LogisticRegression(C=0.05, max_iter=300))
        return model.fit(rows[numbers + texts], rows["left"]).predict_proba(today[numbers + texts])[
            :, 1
        ]

    taken_off = leaving(log[log["contacted"] == 0]) - leaving(log[log["contacted"] == 1])
    return today["customerID"][gain * taken_off > cost].tolist()
