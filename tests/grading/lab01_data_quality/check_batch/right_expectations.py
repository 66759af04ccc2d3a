"""Another suite: regular expressions, conditions in place of pairs, columns read from the settings."""

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
source_of_batches = context.data_sources.add_pandas("deliveries")
whole = source_of_batches.add_dataframe_asset("one").add_batch_definition_whole_dataframe("whole")
sheet = gx.ExpectationSuite(name="sheet")
for column in ["customerID", "tenure", "MonthlyCharges"]:
    sheet.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column))
sheet.add_expectation(gxe.ExpectColumnValuesToBeUnique(column="customerID"))
texts = {
    "InternetService": "DSL|Fiber optic|No",
    "OnlineSecurity": "No|Yes|No internet service",
    "Contract": "Month-to-month|One year|Two year",
    "PaymentMethod": r"(Electronic|Mailed) check|(Bank transfer|Credit card) \(automatic\)",
    "Churn": "Yes|No",
}
for column, pattern in texts.items():
    sheet.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column))
    sheet.add_expectation(gxe.ExpectColumnValuesToMatchRegex(column=column, regex=f"^({pattern})$"))
for column, low, high in [
    ("tenure", 0, 72),
    ("MonthlyCharges", 15, 130),
    ("TotalCharges", 0, 10_000),
]:
    sheet.add_expectation(
        gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
    )
some = {"condition_parser": "pandas"}
sheet.add_expectation(
    gxe.ExpectColumnValuesToNotBeNull(column="TotalCharges", row_condition="tenure > 0", **some)
)
sheet.add_expectation(
    gxe.ExpectColumnValuesToBeInSet(
        column="OnlineSecurity",
        value_set=["No internet service"],
        row_condition='InternetService == "No"',
        **some,
    )
)
sheet.add_expectation(
    gxe.ExpectColumnValuesToNotBeInSet(
        column="OnlineSecurity",
        value_set=["No internet service"],
        row_condition='InternetService.notna() and InternetService != "No"',
        **some,
    )
)
sheet.add_expectation(
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="TotalCharges",
        column_B="MonthlyCharges",
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )
)
sheet.add_expectation(gxe.ExpectTableRowCountToBeBetween(min_value=200, max_value=10_000))
sheet = context.suites.add(sheet)


def check_batch(batch):
    verdict = whole.get_batch({"dataframe": batch}).validate(sheet)
    columns = []
    for result in verdict.results:
        if not result.success:
            settings = result.expectation_config.kwargs
            columns += [settings[key] for key in ("column", "column_A") if key in settings]
    return {"success": verdict.success, "columns": list(dict.fromkeys(columns))}
