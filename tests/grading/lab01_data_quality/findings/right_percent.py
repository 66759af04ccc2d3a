"""Counts back from the percentage of unexpected rows that Great Expectations gives."""


def findings(batch):
    answer = []
    for rule in broken_rules(batch, detail="SUMMARY"):
        meta, numbers = rule.expectation_config.meta, rule.result
        looked_at = numbers["element_count"]
        if meta["dimension"] == "completeness":
            count = looked_at * numbers["unexpected_percent"] / 100
        else:
            seen = looked_at - numbers.get("missing_count", 0)
            count = seen * numbers["unexpected_percent_nonmissing"] / 100
        before = [finding for finding in answer if meta.items() <= finding.items()]
        if before:
            before[0]["rows"] += round(count)
            continue
        answer.insert(
            0, dict(rows=round(count), dimension=meta["dimension"], column=meta["column"])
        )
    return answer


my_result = definition.run(
    batch_parameters={"dataframe": worst}, result_format="BASIC"
).to_json_dict()
