"""The oldest part of the two years, counted from the wrong end."""


def window(customers, left):
    # Cut the two years in two wherever two tables explain them best; if they explain them hardly
    # better than one does, nothing has changed.
    def explained(rows):
        n, gone = customers[rows].sum(axis=0), left[rows].sum(axis=0)
        p = (gone + 10 * gone.sum() / n.sum()) / (n + 10)
        return float((special.xlogy(gone, p) + special.xlog1py(n - gone, -p)).sum())

    whole = explained(slice(None))
    gains = {
        k: explained(slice(-k, None)) + explained(slice(None, -k)) - whole for k in range(1, 24)
    }
    best = max(gains, key=gains.get)
    return 24 - best if gains[best] > 20 else 24
