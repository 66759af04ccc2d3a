"""The empty stub as handed out."""

my_verdict = my_new_runs = None


def reproduce(record, table):
    raise NotImplementedError()


runs_before = len(mlflow.search_runs())
my_verdict = reproduce(graces_record, rest)
my_new_runs = len(mlflow.search_runs()) - runs_before
