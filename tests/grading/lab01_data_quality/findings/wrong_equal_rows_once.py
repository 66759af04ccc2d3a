"""Rows that are equal in every column count once."""

my_result = None


def findings(batch):
    rows = {}
    for rule in broken_rules(batch.drop_duplicates(), detail="BASIC"):
        key = rule.expectation_config.meta["column"], rule.expectation_config.meta["dimension"]
        rows[key] = rows.get(key, 0) + int(rule.result["unexpected_count"])
    return [{"column": c, "dimension": d, "rows": count} for (c, d), count in rows.items()]


my_result = definition.run(
    batch_parameters={"dataframe": worst}, result_format="BASIC"
).to_json_dict()
