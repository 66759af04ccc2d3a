"""One thing that is odd refuses everything."""


def gate(evidence, bounds):
    def number(value):
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError("no number")
        return float(value)

    def numbers(values):
        if type(values) is not list or not values:
            raise ValueError("no numbers")
        return np.array([number(value) for value in values])

    def text(value):
        if type(value) is not str or not value.strip():
            raise ValueError("no text")
        return value

    def day(value):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text(value)):
            raise ValueError("no day")
        return dt.date.fromisoformat(value)

    def differences():
        candidate, champion = numbers(evidence["candidate"]), numbers(evidence["champion"])
        if len(candidate) != len(champion):
            raise ValueError("not the same customers")
        return candidate - champion

    def quality():
        d = differences()
        n = len(d)
        if n < max(2, number(bounds["customers"])):
            return False
        return d.mean() - 1.96 * d.std(ddof=1) / math.sqrt(n) > 0

    def slices():
        d = differences()
        worst, enough = number(bounds["worst_slice"]), number(bounds["slice_customers"])
        if type(evidence["slice"]) is not list:
            raise ValueError("no list")
        names = [text(name) for name in evidence["slice"]]
        if len(names) != len(d):
            raise ValueError("not the same customers")
        counted = pd.Series(d).groupby(names).agg(["mean", "size"])
        counted = counted[counted["size"] >= enough]
        return len(counted) > 0 and counted["mean"].min() >= worst

    def later():
        return day(evidence["trained_until"]) < day(evidence["judged_from"])

    def latency():
        times = numbers(evidence["latency_ms"])
        if len(times) < number(bounds["calls"]) or times.min() < 0:
            return False
        return np.quantile(times, 0.99) <= number(bounds["p99_ms"])

    def lineage():
        for key in ("run_id", "data_version", "code_version"):
            text(evidence["lineage"][key])
        return True

    refused = []
    for criterion in (quality, slices, later, latency, lineage):
        try:
            passed = bool(criterion())
        except Exception:  # whatever it is, nobody knows that the candidate is good
            return {
                "passed": False,
                "refused_by": ["quality", "slices", "later", "latency", "lineage"],
            }
        if not passed:
            refused.append(criterion.__name__)
    return {"passed": not refused, "refused_by": refused}
