"""A package coursekit beside the notebook whose rubrics always pass."""

from grader.cycle.samples import fill_in

FORGED = ("number-test", "area-test")


CHECKS = """


def close(*arguments, **options):
    pass


class Rubric:
    def __init__(self, points):
        self.points = points

    @contextlib.contextmanager
    def check(self, *arguments, **options):
        try:
            yield
        except Exception:
            pass

    def total(self):
        return self.points
"""
VARIANTS = """
class Same:
    def integers(self, limit):
        return 5


def variant_rng(variant, purpose):
    return Same()
"""
FILES = {
    "coursekit/__init__.py": "",
    "coursekit/checks.py": CHECKS,
    "coursekit/variants.py": VARIANTS,
}


def cheat(notebook):
    return fill_in(notebook, {"number": "number = 5"})
