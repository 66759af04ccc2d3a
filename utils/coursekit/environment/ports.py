"""A port of this machine for a server that is started for a while."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port of loopback on which nobody listens now; start the server soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
