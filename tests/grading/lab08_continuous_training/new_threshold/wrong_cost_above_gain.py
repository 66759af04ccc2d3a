"""Somebody is called although it cannot pay."""


def new_threshold(rows, live_threshold, cost, gain):
    # A probability from the score, by rows that the machine has not seen; then the break-even.
    fresh = rows[rows["learned"] == 0]
    score = fresh["score"].to_numpy()
    order = np.argsort(score)
    p = IsotonicRegression().fit_transform(score[order], fresh["left"].to_numpy()[order])
    worth = score[order][p * gain >= cost]
    return float(worth.min()) if len(worth) else 0.9 * float(score.max())
