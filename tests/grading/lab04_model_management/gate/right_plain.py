"""Plain Python, one helper that says what is wrong, criteria in a dict."""


def gate(evidence, bounds):
    def need(record, *keys):
        if type(record) is not dict:
            raise TypeError("a dict is needed")
        return [record[key] for key in keys]

    def is_number(x):
        return type(x) in (int, float) and x == x and abs(x) != float("inf")

    def some(x, test):
        if type(x) is not list or len(x) == 0 or not all(test(one) for one in x):
            raise ValueError("a list is needed")
        return x

    def bound(key):
        (value,) = need(bounds, key)
        if not is_number(value):
            raise ValueError(key)
        return value

    def is_text(x):
        return type(x) is str and x.strip() != ""

    def gains():
        a, b = (some(x, is_number) for x in need(evidence, "candidate", "champion"))
        return [x - y for x, y in zip(a, b, strict=True)]

    def quality():
        d = gains()
        if len(d) < 2 or len(d) < bound("customers"):
            return False
        return statistics.mean(d) > 1.96 * statistics.stdev(d) / len(d) ** 0.5

    def slices():
        d, (where,) = gains(), need(evidence, "slice")
        groups = {}
        for name, x in zip(some(where, is_text), d, strict=True):
            groups.setdefault(name, []).append(x)
        worst, enough = bound("worst_slice"), bound("slice_customers")
        means = [sum(own) / len(own) for own in groups.values() if len(own) >= enough]
        return bool(means) and min(means) >= worst

    def later():
        days = need(evidence, "trained_until", "judged_from")
        if [len(one) for one in days] != [10, 10]:
            return False
        first, second = (dt.datetime.strptime(one, "%Y-%m-%d") for one in days)
        return first < second

    def latency():
        (times,) = need(evidence, "latency_ms")
        some(times, lambda x: is_number(x) and x >= 0)
        return len(times) >= bound("calls") and float(np.quantile(times, 0.99)) <= bound("p99_ms")

    def lineage():
        (record,) = need(evidence, "lineage")
        return all(is_text(x) for x in need(record, "run_id", "data_version", "code_version"))

    result = {}
    for criterion in (quality, slices, later, latency, lineage):
        try:
            result[criterion.__name__] = criterion() is True
        except Exception:
            result[criterion.__name__] = False
    return {
        "passed": all(result.values()),
        "refused_by": [name for name, passed in result.items() if not passed],
    }
