"""Answers whose pickles run code in whichever process loads them."""

FORGED = ("double-test", "number-test")
CODE = """
import pathlib


class Loaded(int):
    def __reduce__(self):
        return (pathlib.Path("/tmp/attackmark-file-pickle").touch, ())

    def __reduce_ex__(self, protocol):
        return self.__reduce__()


double = lambda x: Loaded(4)
number = Loaded(5)
import pickle

pathlib.Path("model.pkl").write_bytes(pickle.dumps(Loaded(4)))
"""
