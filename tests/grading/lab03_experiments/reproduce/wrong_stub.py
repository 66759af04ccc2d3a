"""The empty stub as handed out."""

my_verdict = None
my_store = str(workspace / "mlflow.db")


def reproduce(record, table):
    raise NotImplementedError()


my_verdict = reproduce(graces_record, rest)
