"""With SciPy’s special functions and NumPy’s ceiling."""


def plan(old, new, share, per_day):
    values = np.array([old, new, share], dtype=float)
    if not ((values > 0) & (values < 1)).all() or old == new or per_day < 1:
        raise ValueError("these make no experiment")
    z = special.ndtri(0.975) + special.ndtri(0.8)
    variance = np.dot([new * (1 - new), old * (1 - old)], [1 / share, 1 / (1 - share)])
    customers = int(np.ceil(variance * (z / (new - old)) ** 2))
    days = int(np.ceil(customers / per_day))
    return {"customers": customers, "days": days + -days % 7}
