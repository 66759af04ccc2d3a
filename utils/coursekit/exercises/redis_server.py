"""A Redis of one's own for a while: on loopback, in memory, gone at the end."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from coursekit.environment import known
from coursekit.environment.ports import free_port

PROGRAM = "redis-server"
#: Seconds until a server that does not answer is given up.
START = 60


class RedisError(RuntimeError):
    """There is no Redis to be had; with one sentence."""


@contextmanager
def redis_server(folder: Path) -> Iterator[redis.Redis]:
    """Start a server with its files in ``folder``, and stop it at the end.

    Yields:
        A client; ``client.connection_pool.connection_kwargs["port"]`` is the server's port.

    Raises:
        RedisError: if there is no program ``redis-server``, or it does not start.
    """
    if shutil.which(PROGRAM) is None:
        raise RedisError(f"there is no {PROGRAM}: install your system's package of Redis")
    port = free_port()
    settings = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
    settings += ["--save", "", "--appendonly", "no", "--logfile", str(folder / "redis.log")]
    server = subprocess.Popen([PROGRAM, *settings], env=known.environment())
    client = redis.Redis(host="127.0.0.1", port=port)
    try:
        _wait(client, server)
        yield client
    finally:
        client.close()
        server.terminate()
        server.wait()


def _wait(client: redis.Redis, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and server.poll() is None:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    raise RedisError("Redis did not start; its log is in the folder")
