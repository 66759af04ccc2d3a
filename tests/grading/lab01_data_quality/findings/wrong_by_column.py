"""Adds up the rules of a column and calls everything validity."""


def findings(batch):
    rows = {}
    for rule in broken_rules(batch, detail="BASIC"):
        column = rule.expectation_config.meta["column"]
        rows[column] = rows.get(column, 0) + rule.result["unexpected_count"]
    return [{"column": c, "dimension": "validity", "rows": n} for c, n in rows.items()]


my_result = definition.run(
    batch_parameters={"dataframe": worst}, result_format="BASIC"
).to_json_dict()
