"""The suite of my_result asks for the total of new customers too."""

my_result = None


def findings(batch):
    rows = {}
    for rule in broken_rules(batch, detail="BASIC"):
        key = rule.expectation_config.meta["column"], rule.expectation_config.meta["dimension"]
        rows[key] = rows.get(key, 0) + int(rule.result["unexpected_count"])
    return [{"column": c, "dimension": d, "rows": count} for (c, d), count in rows.items()]


strict = [
    gxe.ExpectColumnValuesToNotBeNull(column="TotalCharges", meta=one.meta)
    if one.meta == {"column": "TotalCharges", "dimension": "completeness"}
    else one.copy(update={"id": None})
    for one in expectations
]
my_result = (
    validation("strict", strict)
    .run(batch_parameters={"dataframe": worst}, result_format="BASIC")
    .to_json_dict()
)
