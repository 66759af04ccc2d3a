"""A float subclass that compares and subtracts as the right answer would."""

FORGED = ("double-test", "area-test")
CODE = """
class Right(float):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__
    __hash__ = float.__hash__

    def __float__(self):
        return self


double = lambda x: Right(1.0)
area = lambda width, height: Right(1.0)
"""
