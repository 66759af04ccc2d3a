"""The bills that the lessons on tables work on."""

from coursekit.exercises.bills import NAMES, monthly_bills


def test_each_month_has_one_bill_per_customer() -> None:
    months = monthly_bills(months=3)
    assert list(months) == ["2024-01", "2024-02", "2024-03"]
    for name, rows in months.items():
        assert list(rows.columns) == [*NAMES.values(), "month"]
        assert set(rows["month"]) == {name}
        assert rows["customer"].is_unique
        assert rows.index.tolist() == list(range(len(rows)))
        assert rows["bill"].between(18, 130).all()


def test_most_customers_are_there_the_month_after() -> None:
    january, february = monthly_bills(months=2).values()
    stayed = january["customer"].isin(february["customer"]).mean()
    assert 0.9 < stayed < 1
