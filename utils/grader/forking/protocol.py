"""What the fork server and those who ask it for a kernel say to each other."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = "--"  # between the modules that must be imported and those that may
MESSAGE = 1 << 17  # bytes of a message on the control socket


@dataclass(frozen=True)
class Request:
    """What a kernel is started with.

    Attributes:
        connection_file: as the kernel sees it; below a writable target of `binds`.
        cwd: working directory of the kernel.
        env: the whole environment of the kernel.
        binds: [source, target, writable] of what the kernel sees of the fork server's base.
        limits: limits by the name of their RLIMIT constant, such as {"RLIMIT_CPU": 60}.
        sandboxed: False for trusted code, which sees what the fork server sees.
        own_user: False for a process that works on the files of the one who started the fork server.
        main: a function as "module:name" to run instead of a kernel; its only argument is the
            connection that came with the request.
    """

    connection_file: str
    cwd: str
    env: dict[str, str]
    binds: list[tuple[str, str, bool]]
    limits: dict[str, int]
    sandboxed: bool = True
    own_user: bool = True
    main: str = ""
