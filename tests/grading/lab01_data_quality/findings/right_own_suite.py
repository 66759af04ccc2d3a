"""A suite of its own, with a row condition for customers with and without internet."""

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
whole = context.data_sources.add_pandas("counted").add_dataframe_asset("one")
whole = whole.add_batch_definition_whole_dataframe("whole")
counted = context.suites.add(gx.ExpectationSuite(name="counted"))
WORDS = {
    "InternetService": ["DSL", "Fiber optic", "No"],
    "OnlineSecurity": ["No", "Yes", "No internet service"],
    "Contract": ["Month-to-month", "One year", "Two year"],
    "PaymentMethod": [
        "Electronic check",
        "Mailed check",
        "Bank transfer (automatic)",
        "Credit card (automatic)",
    ],
    "Churn": ["No", "Yes"],
}


def rule(kind, dimension, column, where=None, **settings):
    if kind is not gxe.ExpectColumnPairValuesAToBeGreaterThanB:
        settings["column"] = column
    if where:
        settings |= {"row_condition": where, "condition_parser": "pandas"}
    counted.add_expectation(kind(meta={"column": column, "dimension": dimension}, **settings))


for name in ["customerID", "tenure", "MonthlyCharges", *WORDS]:
    rule(gxe.ExpectColumnValuesToNotBeNull, "completeness", name)
rule(gxe.ExpectColumnValuesToNotBeNull, "completeness", "TotalCharges", "tenure > 0")
rule(gxe.ExpectColumnValuesToBeUnique, "uniqueness", "customerID")
for name, words in WORDS.items():
    rule(gxe.ExpectColumnValuesToBeInSet, "validity", name, value_set=words)
for name, low, high in [
    ("tenure", 0, 72),
    ("MonthlyCharges", 15, 130),
    ("TotalCharges", 0, 10_000),
]:
    rule(gxe.ExpectColumnValuesToBeBetween, "validity", name, min_value=low, max_value=high)
rule(
    gxe.ExpectColumnPairValuesAToBeGreaterThanB,
    "consistency",
    "TotalCharges",
    column_A="TotalCharges",
    column_B="MonthlyCharges",
    or_equal=True,
    ignore_row_if="either_value_is_missing",
)
none = ["No internet service"]
offline = 'InternetService == "No"'
online = 'InternetService.notna() and InternetService != "No"'
rule(gxe.ExpectColumnValuesToBeInSet, "consistency", "OnlineSecurity", offline, value_set=none)
rule(gxe.ExpectColumnValuesToNotBeInSet, "consistency", "OnlineSecurity", online, value_set=none)


def findings(batch):
    verdict = whole.get_batch({"dataframe": batch}).validate(counted, result_format="BASIC")
    totals = {}
    for result in verdict.results:
        if not result.success:
            place = tuple(result.expectation_config.meta.values())
            totals[place] = totals.get(place, 0) + result.result["unexpected_count"]
    return [dict(column=c, dimension=d, rows=n) for (c, d), n in totals.items()]


my_result = whole.get_batch({"dataframe": worst}).validate(counted, result_format="COMPLETE")
my_result = my_result.to_json_dict()
