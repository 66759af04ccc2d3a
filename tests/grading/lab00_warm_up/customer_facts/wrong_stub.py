"""The empty stub as handed out."""


def customer_facts(table):
    raise NotImplementedError()


my_facts = None
raise NotImplementedError()
