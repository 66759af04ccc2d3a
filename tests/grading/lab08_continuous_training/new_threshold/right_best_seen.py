"""What would have brought most among the rows it has not seen."""


def new_threshold(rows, live_threshold, cost, gain):
    fresh = rows[rows["learned"] == 0].sort_values("score", ascending=False)
    brought = (gain * fresh["left"] - cost).cumsum().to_numpy()
    best = int(brought.argmax())
    if cost >= gain or brought[best] <= 0:
        return 1.5
    return float(fresh["score"].to_numpy()[best])
