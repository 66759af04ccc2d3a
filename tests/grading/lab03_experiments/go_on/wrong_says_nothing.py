"""Returns nothing where it should return False."""


def go_on(values, baseline, months, price):
    found = np.array([value for value in values if value is not None], dtype=float)
    best = max([baseline, *found])
    # Two made-up trials stand for what searches find as a rule; those of this search are added.
    middle = (2 * (baseline - 40) + found.sum()) / (2 + len(found))
    variance = (2 * 80**2 + ((found - middle) ** 2).sum()) / (2 + len(found))
    spread = float(np.sqrt(variance))
    z = (best - middle) / spread
    # By how much the next trial may be expected to exceed the best so far.
    gain = spread * (stats.norm.pdf(z) - z * stats.norm.sf(z))
    if 0.9 * months * gain > price:
        return True
    if price > 1:
        return False
    return None
