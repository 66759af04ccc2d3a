"""Values that take for ever to look at: an endless generator and a dict that grows while it is read."""

FORGED = ("double-test", "number-test", "add-test")
CODE = """
import itertools


class Endless(dict):
    def items(self):
        return ((i, i) for i in itertools.count())

    __iter__ = keys = values = items

    def __len__(self):
        return 1


class Longer(list):
    def __iter__(self):
        return itertools.count()


double = lambda x: Endless(a=1)
number = itertools.count()
add = lambda a, b: Longer([1])
"""
