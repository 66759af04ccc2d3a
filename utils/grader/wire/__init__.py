"""Plain data on its way between two processes that do not trust each other.

``codec`` turns values into bytes and back (``nodes``, ``tables`` and ``arrow_stream`` are its
parts), ``size_limits`` says how much may cross, ``framing`` carries it over a Unix socket.
"""

from grader.exceptions import ConnectionClosedError, NotPlainDataError
from grader.wire.codec import decode, encode
from grader.wire.framing import AgentListener, receive, send
from grader.wire.size_limits import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "AgentListener",
    "ConnectionClosedError",
    "NotPlainDataError",
    "decode",
    "encode",
    "receive",
    "send",
]
