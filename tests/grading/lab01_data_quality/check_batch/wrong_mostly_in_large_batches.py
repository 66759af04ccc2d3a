"""Forgives one unknown value in 2,000."""


def check_batch(batch):
    broken = broken_rules(batch)
    notes = [rule.expectation_config.meta for rule in broken]
    columns = sorted({note["column"] for note in notes if note})
    return {"success": not broken, "columns": columns}


allowed = {
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
ranges = {"tenure": (0, 72), "MonthlyCharges": (15, 130), "TotalCharges": (0, 10_000)}


def about(column, dimension):
    return {"meta": {"column": column, "dimension": dimension}}


expectations = [gxe.ExpectTableRowCountToBeBetween(min_value=200, max_value=10_000)]
for name in ["customerID", "tenure", "MonthlyCharges", *allowed]:
    expectations.append(
        gxe.ExpectColumnValuesToNotBeNull(column=name, **about(name, "completeness"))
    )
for name, values in allowed.items():
    expectations.append(
        gxe.ExpectColumnValuesToBeInSet(
            column=name, value_set=values, mostly=0.9995, **about(name, "validity")
        )
    )
for name, (low, high) in ranges.items():
    expectations.append(
        gxe.ExpectColumnValuesToBeBetween(
            column=name, min_value=low, max_value=high, **about(name, "validity")
        )
    )
expectations += [
    gxe.ExpectColumnValuesToBeUnique(column="customerID", **about("customerID", "uniqueness")),
    gxe.ExpectColumnValuesToNotBeNull(
        column="TotalCharges",
        row_condition=Column("tenure") > 0,
        **about("TotalCharges", "completeness"),
    ),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB(
        column_A="TotalCharges",
        column_B="MonthlyCharges",
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        **about("TotalCharges", "consistency"),
    ),
    # "Exactly where" is two rules: each way round, and blanks break neither.
    gxe.ExpectColumnValuesToBeInSet(
        column="OnlineSecurity",
        value_set=["No internet service"],
        row_condition=Column("InternetService") == "No",
        **about("OnlineSecurity", "consistency"),
    ),
    gxe.ExpectColumnValuesToBeInSet(
        column="InternetService",
        value_set=["No"],
        row_condition=Column("OnlineSecurity") == "No internet service",
        **about("OnlineSecurity", "consistency"),
    ),
]
definition = validation("deliveries", expectations)


def broken_rules(batch, detail="BOOLEAN_ONLY"):
    result = definition.run(batch_parameters={"dataframe": batch}, result_format=detail)
    return [rule for rule in result.results if not rule.success]
