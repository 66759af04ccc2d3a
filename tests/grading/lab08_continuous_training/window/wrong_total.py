"""By the number of leavers only: that falls here and rises there."""


def window(customers, left):
    share = left.sum(axis=1) / customers.sum(axis=1)
    for months in range(2, 24):
        old = share[: 24 - months].mean()
        if abs(share[-months:].mean() - old) > 3 * (old / 800 / months) ** 0.5:
            return months
    return 24
