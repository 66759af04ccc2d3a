"""A Unix socket without a file, which all processes of one network see, is used to reach a neighbour."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import socket

with socket.socket(socket.AF_UNIX) as visitor:
    visitor.settimeout(60)
    try:
        visitor.connect("\\0attackmark-neighbour")
        print(visitor.recv(100))
    except OSError:
        pass
double = None
"""
