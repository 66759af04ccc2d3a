"""The empty stub as handed out."""


def refuse(batch, test_ids, today, max_age_days):
    raise NotImplementedError()
