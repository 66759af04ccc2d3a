"""The empty stub as handed out."""


def training_set(entities, features, ttl_days):
    raise NotImplementedError()
