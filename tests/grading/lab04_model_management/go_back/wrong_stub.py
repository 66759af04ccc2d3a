"""The empty stub as handed out."""


def go_back(figures, left, cost, noise):
    # YOUR CODE HERE
    raise NotImplementedError()
