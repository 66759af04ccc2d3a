"""The memory that a group of processes has, on Linux; none of it can be hidden.

Memory is not only what a process has touched: what is written to a tmpfs, to a file without a name
or to shared memory stays when nobody looks at it any more.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_TMPFS = ("/tmp", "/dev/shm")
#: How the kernel calls shared anonymous memory, memfd_create(2) and shmget(2) in its maps.
_NAMELESS = ("/dev/zero (deleted)", "/memfd:", "/SYSV")


def resident(pids: Iterable[int]) -> int:
    """Bytes in memory or swapped out; what two processes share counts twice."""
    return sum(_field(f"/proc/{pid}/status", "VmRSS", "VmSwap") for pid in pids)


def proportional(pids: Iterable[int]) -> int:
    """The same, with a share of what is shared also with others; a hundred times slower.

    A process can forbid other users to look so closely. It is then charged with all it shares.
    """
    return sum(
        _field(f"/proc/{pid}/smaps_rollup", "Pss", "SwapPss") or resident([pid]) for pid in pids
    )


def _field(path: str, *names: str) -> int:
    """The sum of some lines of a file of sizes in kB; 0 if it cannot be read."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    pairs = (line.partition(":") for line in lines)
    return sum(int(value.split()[0]) for name, _, value in pairs if name in names) * 1024


def unmapped(pids: Iterable[int], disk: int) -> tuple[int, int]:
    """Bytes that do not show in any process, in memory and on the disk with the number `disk`.

    Counted are the sandbox's own tmpfs, mapped shared memory with no name, in full, less what is
    resident of it, and files that are open and have been deleted.
    """
    pids = list(pids)
    tmpfs: dict[int, int] = {}
    shared: dict[str, int] = {}
    files: dict[tuple[int, int], int] = {}
    for pid in pids:
        tmpfs |= dict(_tmpfs(pid))
        for key, size in _shared(pid):
            shared[key] = max(size, shared.get(key, 0))
        files |= dict(_deleted(pid))
    counted = sum(_field(f"/proc/{pid}/status", "RssShmem") for pid in pids)
    on_disk = sum(size for (device, _), size in files.items() if device == disk)
    # Deleted files in a tmpfs are among its used bytes already.
    other = sum(size for (device, _), size in files.items() if device not in (disk, *tmpfs))
    mapped = max(0, sum(shared.values()) - counted)
    return sum(tmpfs.values()) + other + mapped, on_disk


def _tmpfs(pid: int) -> Iterator[tuple[int, int]]:
    """Used bytes of each tmpfs that this process sees and this machine's other processes do not."""
    for folder in _TMPFS:
        with suppress(OSError):
            device = os.stat(f"/proc/{pid}/root{folder}").st_dev
            if device != os.stat(folder).st_dev:
                state = os.statvfs(f"/proc/{pid}/root{folder}")
                yield device, (state.f_blocks - state.f_bfree) * state.f_frsize


def _shared(pid: int) -> Iterator[tuple[str, int]]:
    """Mapped parts of shared memory that no file system shows, by device and inode."""
    with suppress(OSError), open(f"/proc/{pid}/maps") as lines:
        sizes: dict[str, int] = {}
        for line in lines:
            place, mode, offset, device, inode, *name = line.split(maxsplit=5)
            if mode[3] != "s" or not name or not name[0].startswith(_NAMELESS):
                continue
            start, _, end = place.partition("-")
            reach = int(offset, 16) + int(end, 16) - int(start, 16)
            key = f"{device} {inode}"
            sizes[key] = max(reach, sizes.get(key, 0))
        yield from sizes.items()


def _deleted(pid: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Regular files that have no name any more and take room until they are closed."""
    with suppress(OSError):
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                state = os.stat(f"/proc/{pid}/fd/{descriptor}")
                if stat.S_ISREG(state.st_mode) and state.st_nlink == 0:
                    yield (state.st_dev, state.st_ino), state.st_blocks * 512
