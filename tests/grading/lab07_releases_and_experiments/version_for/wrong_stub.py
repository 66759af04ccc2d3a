"""The stub."""


def version_for(customer, release, share):
    raise NotImplementedError()
