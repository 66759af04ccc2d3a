"""Draws what the past brought, weighted by how well it fits the figure."""


def choose(candidates, past, terms):
    later = np.array([one["later"] for one in past])
    values = []
    for one in candidates:
        fits = np.exp(-0.5 * ((one["gain"] - later) / one["se"]) ** 2) + 1e-9
        gain = (fits * later).sum() / fits.sum()
        values.append(gain * terms["customers"] * terms["months"] - terms["cost"])
    place = int(np.argmax(values))
    return candidates[place]["name"] if values[place] > 0 else None
