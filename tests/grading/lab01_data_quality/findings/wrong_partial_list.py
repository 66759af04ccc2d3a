"""Counts the list of examples, which Great Expectations cuts off at twenty."""


def findings(batch):
    rows = {}
    for rule in broken_rules(batch, detail="BASIC"):
        meta = rule.expectation_config.meta
        place = meta["column"], meta["dimension"]
        rows[place] = rows.get(place, 0) + len(rule.result["partial_unexpected_list"])
    return [{"column": c, "dimension": d, "rows": n} for (c, d), n in rows.items()]


my_result = definition.run(
    batch_parameters={"dataframe": worst}, result_format="BASIC"
).to_json_dict()
