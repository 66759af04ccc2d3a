"""The empty stub as handed out."""

my_months = [
    {"month": "2024-03", "table": customers.head(300)},
    {"month": "2024-04", "table": customers.iloc[50:470]},
    {"month": "2024-05", "table": customers.iloc[50:470]},
]


def pin(months, name):
    raise NotImplementedError()


def bring_back(repo, month, name):
    raise NotImplementedError()


my_pins = my_march = None
raise NotImplementedError()
