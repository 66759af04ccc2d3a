"""The empty stub as handed out."""


def audit(judged):
    # YOUR CODE HERE
    raise NotImplementedError()


def mend(slices, terms):
    # YOUR CODE HERE
    raise NotImplementedError()
