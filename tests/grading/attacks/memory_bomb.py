"""The kernel takes memory, up to two gigabytes, and a test calls for more."""

FORGED = ("double-test",)
HARMFUL = True
CODE = """
hoard = []


def double(x):
    for _ in range(20):
        hoard.append(bytearray(b"x") * 100_000_000)
    return None


double(1)
"""
