"""The mean of a week, two standard deviations above the quiet weeks."""


def policy(history, terms):
    mean = history["value"].rolling(7).mean()
    calm = mean[history["trouble"].rolling(7).max() == 0]
    return {"window": 7, "above": float(calm.mean() + 2 * calm.std())}
