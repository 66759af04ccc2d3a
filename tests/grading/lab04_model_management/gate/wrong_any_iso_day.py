"""A day in any of the forms of ISO 8601 is a day."""


def _number(x):
    return type(x) in (int, float) and math.isfinite(x)


def _numbers(values):
    return type(values) is list and len(values) > 0 and all(_number(x) for x in values)


def _differences(evidence):
    candidate, champion = evidence["candidate"], evidence["champion"]
    if not (_numbers(candidate) and _numbers(champion) and len(candidate) == len(champion)):
        raise ValueError("no differences")
    found = [float(a) - float(b) for a, b in zip(candidate, champion)]
    if not _numbers(found):
        raise ValueError("too large")
    return found


def _quality(evidence, bounds):
    found = _differences(evidence)
    if not _number(bounds["customers"]):
        return False
    n = len(found)
    if n < bounds["customers"] or n < 2:
        return False
    return np.mean(found) - 1.96 * np.std(found, ddof=1) / math.sqrt(n) > 0


def _slices(evidence, bounds):
    found, names = _differences(evidence), evidence["slice"]
    if type(names) is not list or len(names) != len(found):
        return False
    if not all(type(name) is str and name for name in names):
        return False
    if not (_number(bounds["slice_customers"]) and _number(bounds["worst_slice"])):
        return False
    groups = {}
    for name, value in zip(names, found):
        groups.setdefault(name, []).append(value)
    large = [values for values in groups.values() if len(values) >= bounds["slice_customers"]]
    if not large:
        return False
    return all(np.mean(values) >= bounds["worst_slice"] for values in large)


def _day(text):
    return dt.date.fromisoformat(text)  # a ValueError if it is no day


def _later(evidence, bounds):
    return _day(evidence["trained_until"]) < _day(evidence["judged_from"])


def _latency(evidence, bounds):
    times = evidence["latency_ms"]
    if not _numbers(times) or min(times) < 0:
        return False
    if not (_number(bounds["calls"]) and _number(bounds["p99_ms"])):
        return False
    return len(times) >= bounds["calls"] and np.quantile(times, 0.99) <= bounds["p99_ms"]


def _lineage(evidence, bounds):
    known = evidence["lineage"]
    if type(known) is not dict:
        return False
    texts = [known[key] for key in ("run_id", "data_version", "code_version")]
    return all(type(text) is str and text.strip() for text in texts)


def gate(evidence, bounds):
    criteria = {
        "quality": _quality,
        "slices": _slices,
        "later": _later,
        "latency": _latency,
        "lineage": _lineage,
    }
    refused = []
    for name, passes in criteria.items():
        try:
            good = bool(passes(evidence, bounds))
        except Exception:
            good = False
        if not good:
            refused.append(name)
    return {"passed": not refused, "refused_by": refused}
