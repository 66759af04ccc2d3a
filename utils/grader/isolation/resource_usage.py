"""What a group of processes has of the machine, on Linux; none of it can be hidden.

Memory is not only what a process has touched: what is written to a tmpfs, to a file without a name
or to shared memory stays when nobody looks at it any more.

Names of processes and files are a learner's own bytes: what holds them is read as bytes, and only
where the kernel itself ends a line does one end. What cannot be read is an error, never a 0.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TMPFS = ("/tmp", "/dev", "/dev/shm")
#: How the kernel calls shared anonymous memory, memfd_create(2) and shmget(2) in its maps.
_NAMELESS = (b"/dev/zero (deleted)", b"/memfd:", b"/SYSV")
_DELETED = b" (deleted)"
#: An update replaces libraries below these while a process still maps the old ones.
_LIBRARIES = tuple(
    f"{place}/".encode() for place in ("/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix)
)
#: Bytes of the kernel's own for a file in a tmpfs with its name, for one part of a map, and at most
#: for what has been sent and nobody has received, in a socket of the usual size.
_TMPFS_FILE, _MAP_PART, _SOCKET = 1024, 200, 212_992
_LINES = 1000  # of a map, between two ticks
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_GONE = (FileNotFoundError, ProcessLookupError)

#: Called every now and then by what may take long, with the number of things that it counts next;
#: ends it with an exception.
Tick = Callable[[int], None]


def resident(pids: Iterable[int]) -> int:
    """Bytes in memory or swapped out, with page tables; what two processes share counts twice."""
    return sum(_field(f"/proc/{pid}/status", b"VmRSS", b"VmSwap", b"VmPTE") for pid in pids)


def proportional(pids: Iterable[int]) -> int:
    """The same, with a share of what is shared also with others; a hundred times slower.

    A process can forbid other users to look so closely. It is then charged with all it shares.
    """
    return sum(_proportional(pid) for pid in pids)


def _proportional(pid: int) -> int:
    with suppress(PermissionError):
        shares = _field(f"/proc/{pid}/smaps_rollup", b"Pss", b"SwapPss")
        if shares:
            return shares + _field(f"/proc/{pid}/status", b"VmPTE")
    return resident([pid])


def _field(path: str, *names: bytes) -> int:
    """The sum of some lines of a file of sizes in kB; 0 if its process is gone."""
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except _GONE:
        return 0
    # A process's name, in which the kernel escapes the end of a line, stands behind "Name:".
    pairs = (line.partition(b":") for line in lines)
    return sum(max(0, int(value.split()[0])) for name, _, value in pairs if name in names) * 1024


@dataclass(frozen=True)
class Times:
    """Processor time in seconds: a process's own, and that of its children that have ended."""

    own: float
    children: float


def times(pids: Iterable[int]) -> dict[tuple[int, int], Times]:
    """The processor time of each process, by its number and when it started."""
    found = {}
    for pid in pids:
        with suppress(*_GONE):
            # The name is in parentheses, and may hold some itself.
            words = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            own, children = (sum(map(int, words[place : place + 2])) for place in (11, 13))
            found[pid, int(words[19])] = Times(own / _TICKS, children / _TICKS)
    return found


def closed(pids: Iterable[int]) -> list[int]:
    """The processes that forbid others to look at their open files, as only code that hides does.

    The first process of a sandbox is the grader's own and does so against the learner.
    """
    return [pid for pid in pids if _is_closed(pid)]


def _is_closed(pid: int) -> bool:
    with suppress(*_GONE):
        try:
            os.listdir(f"/proc/{pid}/fd")
        except PermissionError:
            lines = Path(f"/proc/{pid}/status").read_bytes().split(b"\n")
            inside = next((line.split()[-1] for line in lines if line.startswith(b"NSpid:")), b"")
            # One without memory is about to end, or has, and belongs to root for that time.
            ends = not any(line.startswith(b"VmSize:") for line in lines)
            return inside != b"1" and not ends
    return False


@dataclass
class _Found:
    """What processes have that does not show in their own memory, each thing once."""

    tmpfs: dict[int, int] = field(default_factory=dict)
    shared: dict[bytes, int] = field(default_factory=dict)
    files: dict[tuple[int, int], int] = field(default_factory=dict)
    sockets: set[int] = field(default_factory=set)
    parts: int = 0


def unmapped(pids: Iterable[int], disk: int, tick: Tick = lambda number: None) -> tuple[int, int]:
    """Bytes that do not show in any process, in memory and on the disk with the number `disk`.

    Counted are the sandbox's own tmpfs, mapped shared memory with no name, in full, less what is
    resident of it, files that are open or mapped and have been deleted, the lists that the kernel
    keeps of what is mapped, and what sockets can hold.
    """
    pids = list(pids)
    found = _Found()
    for pid in pids:
        tick(1)
        found.tmpfs |= dict(_tmpfs(pid))
        _read_descriptors(pid, found, tick)
        _read_map(pid, found, tick)
    counted = sum(_field(f"/proc/{pid}/status", b"RssShmem") for pid in pids)
    files = found.files.items()
    on_disk = sum(size for (device, _), size in files if device == disk)
    # Deleted files in a tmpfs are among its used bytes already.
    other = sum(size for (device, _), size in files if device not in (disk, *found.tmpfs))
    mapped = max(0, sum(found.shared.values()) - counted)
    lists = found.parts * _MAP_PART + len(found.sockets) * _SOCKET
    return sum(found.tmpfs.values()) + other + mapped + lists, on_disk


def _tmpfs(pid: int) -> Iterator[tuple[int, int]]:
    """Used bytes of each tmpfs that this process sees and this machine's other processes do not."""
    for folder in _TMPFS:
        with suppress(OSError):
            device = os.stat(f"/proc/{pid}/root{folder}").st_dev
            if device != os.stat(folder).st_dev:
                state = os.statvfs(f"/proc/{pid}/root{folder}")
                used = (state.f_blocks - state.f_bfree) * state.f_frsize
                yield device, used + (state.f_files - state.f_ffree) * _TMPFS_FILE


def _read_map(pid: int, found: _Found, tick: Tick) -> None:
    """Mapped parts of shared memory that no file system shows, and mapped files without a name."""
    with suppress(OSError), open(f"/proc/{pid}/maps", "rb") as lines:
        for number, line in enumerate(lines):
            found.parts += 1
            if number % _LINES == 0:
                tick(_LINES if number else 1)
            place, mode, offset, device, inode, *name = line.rstrip(b"\n").split(maxsplit=5)
            if not name or not name[0].startswith(b"/"):
                continue
            start, end = (int(address, 16) for address in place.split(b"-"))
            reach = int(offset, 16) + end - start
            if name[0].startswith(_NAMELESS):
                if mode[3:] == b"s":
                    key = device + b" " + inode
                    found.shared[key] = max(reach, found.shared.get(key, 0))
            elif name[0].endswith(_DELETED) and not name[0].startswith(_LIBRARIES):
                major, minor = (int(part, 16) for part in device.split(b":"))
                at = f"/proc/{pid}/map_files/{start:x}-{end:x}"
                own, size = _mapped(at, (os.makedev(major, minor), int(inode)), reach)
                found.files[own] = max(size, found.files.get(own, 0))


def _mapped(place: str, own: tuple[int, int], reach: int) -> tuple[tuple[int, int], int]:
    """A mapped file's device and inode, and its bytes; only root may look further than the map."""
    try:
        state = os.stat(place)
    except PermissionError:
        return own, reach
    except OSError:
        return own, 0
    return (state.st_dev, state.st_ino), 0 if state.st_nlink else state.st_blocks * 512


def _read_descriptors(pid: int, found: _Found, tick: Tick) -> None:
    """Sockets, and regular files that have no name any more and take room until they are closed."""
    with suppress(OSError):
        descriptors = os.listdir(f"/proc/{pid}/fd")
        tick(len(descriptors))
        for descriptor in descriptors:
            with suppress(OSError):
                state = os.stat(f"/proc/{pid}/fd/{descriptor}")
                if stat.S_ISSOCK(state.st_mode):
                    found.sockets.add(state.st_ino)
                elif stat.S_ISREG(state.st_mode) and state.st_nlink == 0:
                    found.files[state.st_dev, state.st_ino] = state.st_blocks * 512


def entries(folder: Path) -> Iterator[tuple[int, os.stat_result]]:
    """Everything below a folder, with the number of folders it is in; nothing is followed.

    Folders are walked by handle, so that one which becomes a link meanwhile leads nowhere.

    Raises:
        PermissionError: a folder cannot be read.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield from _below(handle, 1)
    finally:
        os.close(handle)


def _below(folder: int, depth: int) -> Iterator[tuple[int, os.stat_result]]:
    with os.scandir(folder) as found:
        for entry in found:
            try:
                state = os.stat(entry.name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield depth, state
            if stat.S_ISDIR(state.st_mode):
                yield from _inside(folder, entry.name, depth + 1)


def _inside(folder: int, name: str, depth: int) -> Iterator[tuple[int, os.stat_result]]:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except PermissionError:
        raise
    except OSError:  # it has gone, or is another thing by now
        return
    try:
        yield from _below(handle, depth)
    finally:
        os.close(handle)
