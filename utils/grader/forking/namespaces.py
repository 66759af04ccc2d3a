"""Entering a sandbox from inside: what bubblewrap does for a program, for a fork that keeps running.

Linux only. Called in a process with one thread which has the capability to administer the
namespaces it stands in: root, or the owner of a user namespace.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import stat
import struct
from dataclasses import dataclass
from pathlib import Path

from grader.forking import seccomp

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_SAFE = MS_NOSUID | MS_NODEV
#: Bytes in /tmp and in /dev/shm; they count as memory.
TMP_BYTES = 256 << 20
#: Files and folders there, each of which takes memory of the kernel's that no size limits.
_TMP_FILES = 20_000
#: Added to the nice value: a kernel gives way to the grader and to its examiners.
_POLITENESS = 10
NOBODY = 65534

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, doing: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2).

    Raises:
        OSError: what the system said, and the target.
    """
    _check(
        _libc.mount(
            source.encode(),
            target.encode(),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        ),
        f"mount {target}",
    )


@dataclass(frozen=True)
class Bind:
    """A folder of the fork server's that a kernel gets to see under a path of its own."""

    source: str
    target: str
    writable: bool = False


def enter(base: Path, binds: list[Bind], uid: int | None) -> None:
    """Leave for new mount, network, IPC and UTS namespaces, and give up every privilege.

    The process is already the first one of a new PID namespace. Of everything below `base` it sees
    only what is bound; /tmp and /dev/shm are empty; the network is a loopback of its own.

    Args:
        base: folder with the folders of all kernels.
        binds: sources lie below `base`. Writable ones are given to `uid`.
        uid: user to become, where root can: one user's own namespace has no other users. None
            keeps the user, whose files the process then still owns, without its privileges. A
            process with a user to become is a learner's, and gives way to the grader's own.

    Raises:
        ValueError: a source does not lie below `base`.
        OSError: the system refuses a step. The caller must not go on then.
    """
    for bind in binds:
        if base.resolve() not in Path(bind.source).resolve().parents:
            raise ValueError(f"{bind.source} does not lie below {base}")
    os.unshare(os.CLONE_NEWNS | os.CLONE_NEWIPC | os.CLONE_NEWUTS | os.CLONE_NEWNET)
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    # Another user passes through the folders that are made now, whatever the grader's own umask.
    os.umask(0o022)
    other_user = uid if uid is not None and _is_known(uid) else None
    if other_user is not None:
        for bind in binds:
            if bind.writable:
                _give(Path(bind.source), other_user)
    _show_only(base, binds)
    mount("proc", "/proc", "proc", _SAFE | MS_NOEXEC)
    socket.sethostname("sandbox")
    _loopback_up()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if uid is not None:
        os.nice(_POLITENESS)
    if other_user is not None:
        _become(other_user)
    else:
        _own_user_namespace()
    _drop_capabilities()
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if seccomp.available():
        seccomp.install()
    set_dumpable(True)  # otherwise the files of /proc/self belong to root


def die_with_parent() -> None:
    """The death of the process that forked this one ends this one."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "die with parent")


def set_dumpable(value: bool) -> None:
    """Whether other processes of the same user may trace this one and read its memory."""
    _check(_libc.prctl(PR_SET_DUMPABLE, int(value), 0, 0, 0), "dumpable")


def _give(folder: Path, uid: int) -> None:
    """Make a folder and all in it belong to `uid`; links themselves, not what they point to."""
    os.chown(folder, uid, uid, follow_symlinks=False)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(place, name), uid, uid, follow_symlinks=False)


def _show_only(base: Path, binds: list[Bind]) -> None:
    # Opened after the new mount namespace was made: a bind mount's source must lie in it. What is
    # mounted below /tmp comes back, since the course itself may stand there.
    temporary = Path("/tmp")
    hidden = [path for path in mount_points() if temporary in path.parents]
    back = [Bind(str(p), str(p)) for p in hidden if p != base and base not in p.parents]
    kept = [(bind, os.open(bind.source, os.O_PATH | os.O_NOFOLLOW)) for bind in (*back, *binds)]
    mount("tmpfs", str(base), "tmpfs", _SAFE, "mode=0755,size=64k,nr_inodes=1000")
    size = f"mode=1777,size={TMP_BYTES},nr_inodes={_TMP_FILES}"
    mount("tmpfs", "/tmp", "tmpfs", _SAFE, size)
    mount("tmpfs", "/dev/shm", "tmpfs", _SAFE | MS_NOEXEC, size)
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666")
    for bind, descriptor in kept:
        _make_mount_point(Path(bind.target), stat.S_ISDIR(os.fstat(descriptor).st_mode))
        mount(f"/proc/self/fd/{descriptor}", bind.target, flags=MS_BIND)
        os.close(descriptor)
        protection = _SAFE if bind.writable else _SAFE | MS_RDONLY
        mount("none", bind.target, flags=MS_REMOUNT | MS_BIND | protection)
    # One ordinary user owns all of it, and what stands in the fork server's mounts its other forks see.
    for place, options in (("/", _SAFE), ("/dev", MS_NOSUID)):
        mount("none", place, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | options)


def mount_points() -> list[Path]:
    """Where something is mounted, in the order in which it was."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    escaped = (line.split(" ")[4].encode() for line in lines)
    return [Path(os.fsdecode(path.decode("unicode_escape").encode("latin-1"))) for path in escaped]


def _make_mount_point(path: Path, folder: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        path.mkdir(exist_ok=True)
    else:
        path.touch()


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = b"lo".ljust(16, b"\0")
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, name + bytes(24))
        (flags,) = struct.unpack_from("h", answer, 16)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, name + struct.pack("h", flags | _IFF_UP) + bytes(22))


def _become(uid: int) -> None:
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # beyond the last capability that this system knows
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def _is_known(uid: int) -> bool:
    """Whether this user namespace has such a user; that of an ordinary user has one user only."""
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    ranges = ((int(first), int(count)) for first, _, count in map(str.split, lines))
    return any(first <= uid < first + count for first, count in ranges)


def _own_user_namespace() -> None:
    """A limit on processes then counts this kernel's processes, not all those of the user."""
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER)
    set_dumpable(True)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")


def _drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "drop capabilities")
