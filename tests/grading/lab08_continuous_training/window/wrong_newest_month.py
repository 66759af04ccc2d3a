"""The length that would have foretold the newest month best."""


def window(customers, left):
    def loss(months):
        n, gone = customers[-1 - months : -1].sum(axis=0), left[-1 - months : -1].sum(axis=0)
        p = (gone + 10 * gone.sum() / n.sum()) / (n + 10)
        return -(special.xlogy(left[-1], p) + special.xlog1py(customers[-1] - left[-1], -p)).sum()

    return min(range(1, 24), key=loss)
