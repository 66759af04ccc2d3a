"""Values nested a hundred thousand deep and lists that hold themselves."""

FORGED = ("double-test", "number-test", "add-test")
CODE = """
deep = []
for _ in range(100_000):
    deep = [deep]
double = lambda x: deep
number = []
number.append(number)
add = lambda a, b: {"a": number}
"""
