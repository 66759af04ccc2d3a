"""Tuned on the rows that the machine has learned from."""


def new_threshold(rows, live_threshold, cost, gain):
    # A probability from the score, by rows that the machine has not seen; then the break-even.
    if cost >= gain:
        return 2.0
    fresh = rows[rows["learned"] == 1]
    score = fresh["score"].to_numpy()
    order = np.argsort(score)
    p = IsotonicRegression().fit_transform(score[order], fresh["left"].to_numpy()[order])
    worth = score[order][p * gain >= cost]
    return float(worth.min()) if len(worth) else 2.0
