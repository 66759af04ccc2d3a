"""Says nothing about any table."""

my_verdict = None
my_store = str(workspace / "mlflow.db")


def reproduce(record, table):
    return {}


my_verdict = reproduce(graces_record, rest)
