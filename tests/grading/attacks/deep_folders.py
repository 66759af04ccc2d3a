"""Three thousand folders one in the other, which many programs cannot walk or delete."""

FORGED = ("double-test",)
HARMFUL = True
CODE = """
import os

here = os.getcwd()
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
os.chdir(here)
double = None
"""
