"""The empty stub as handed out."""


def make_store(name, features, ttl_days, until):
    raise NotImplementedError()


def online(repo, customer_ids, now):
    raise NotImplementedError()


def historical(repo, entities):
    raise NotImplementedError()


my_store = None
