"""Prints what a passed rubric prints, in the hope that somebody reads the text."""

FORGED = ("double-test", "add-test", "area-test")
CODE = """
def area(width, height):
    print("✔ two by three\\n✔ half by the variant\\n2 of 2 checks passed\\n3.0\\nPASSED")
    return None


double = add = lambda *numbers: print("PASSED", 2.0)
"""
