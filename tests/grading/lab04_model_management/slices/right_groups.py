"""By groups and sums; the spread of true excesses from the moments."""


def audit(judged):
    table = judged[["slice", "lost"]].reset_index(drop=True)
    names = sorted(set(table["slice"]))
    large = [name for name in names if sum(table["slice"] == name) >= 30]
    found = []
    for name in names:
        own = table["lost"][table["slice"] == name].to_numpy()
        rest = table["lost"][table["slice"] != name].to_numpy()
        one = {"slice": name, "customers": len(own), "excess": own.mean() - rest.mean()}
        one |= {"low": None, "high": None, "verdict": "too few"}
        if name in large:
            z = stats.norm.isf(0.025 / len(large))
            se = (np.var(own, ddof=1) / len(own) + np.var(rest, ddof=1) / len(rest)) ** 0.5
            one |= {"low": one["excess"] - z * se, "high": one["excess"] + z * se}
            one["verdict"] = "undecided"
            if one["low"] > 0:
                one["verdict"] = "worse"
            elif one["high"] < 0:
                one["verdict"] = "better"
        found.append(one)
    found.sort(key=lambda one: one["excess"], reverse=True)
    return found


def mend(slices, terms):
    table = pd.DataFrame(slices)
    square = max(0.0, float((table["excess"] ** 2 - table["se"] ** 2).mean()))
    table["expected"] = table["excess"] * square / (square + table["se"] ** 2)
    pays = table["expected"] * table["customers"] * terms["scale"] > terms["cost"]
    return table.loc[pays, "slice"].tolist()
