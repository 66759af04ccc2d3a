"""The library that derives the right answer is patched to derive the learner's answer."""

FORGED = ("number-test",)
CELL = "number"
CODE = """
import coursekit.variants


class Same:
    def integers(self, *arguments):
        return 5


coursekit.variants.variant_rng = lambda variant, purpose: Same()
number = 5
"""
