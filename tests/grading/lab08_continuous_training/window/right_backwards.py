"""Both parts by their own shares, without the ten customers, and a higher price for a cut."""


def window(customers, left):
    def explained(n, x):
        n, x = n.sum(0).astype(float), x.sum(0).astype(float)
        p = (x + 0.5) / (n + 1)
        return float(np.sum(x * np.log(p) + (n - x) * np.log(1 - p)))

    whole = explained(customers, left)
    found = [
        explained(customers[24 - k :], left[24 - k :])
        + explained(customers[: 24 - k], left[: 24 - k])
        - whole
        for k in range(2, 17)
    ]
    return int(np.argmax(found)) + 2 if max(found) > 18 else 24
