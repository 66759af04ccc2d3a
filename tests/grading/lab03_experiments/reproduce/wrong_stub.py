"""The empty stub as handed out."""

my_verdict = None


def reproduce(record, table):
    raise NotImplementedError()


my_verdict = reproduce(graces_record, rest)
