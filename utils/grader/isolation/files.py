"""Copies of folders that a learner can change at any moment, links and special files left out."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from coursekit.environment import known

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
MAX_DEPTH = 40  # folders in folders; deeper ones serve to trip up programs like this one


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder, deleted at the end; those of processes that were killed go first.

    Whoever has one holds a lock on it, which the system lets go when the process ends.
    """
    for leftover in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            handle = _locked(leftover)
            end_orphans(leftover.resolve())
            remove_tree(leftover)
            os.close(handle)
    folder, handle = _new_folder(prefix)
    try:
        yield folder
    finally:
        remove_tree(folder)
        os.close(handle)


def end_orphans(folder: Path) -> None:
    """End what is left of a bubblewrap that had ``folder`` among its words and was killed.

    Its inner process waits for ever if the outer one was killed before that had set it up.
    """
    for process in psutil.process_iter(["name", "cmdline"]):
        words = process.info["cmdline"] or ()
        if process.info["name"] == "bwrap" and any(w.startswith(str(folder)) for w in words):
            with suppress(psutil.Error):
                process.kill()


def _new_folder(prefix: str) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        # Another process may take it for a leftover before the lock is there.
        with suppress(OSError):
            return folder, _locked(folder)


def _locked(folder: Path) -> int:
    """A handle of a folder of ours that nobody holds.

    Raises:
        OSError: somebody holds it, or it is not ours, or gone.
    """
    import fcntl  # Windows has none, and is told so in a sentence, elsewhere

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        state = os.fstat(handle)
        if state.st_uid != os.getuid() or not os.path.samestat(state, os.stat(folder)):
            raise FileNotFoundError(errno.ENOENT, "another folder stands there", str(folder))
    except OSError:
        os.close(handle)
        raise
    return handle


def remove_tree(folder: Path) -> None:
    """Delete a folder of a learner's, however deep, and whatever may be read or written in it."""
    # `rm` and `chmod` go step by step: no path is too long for them, no nesting too deep.
    for command in (["rm", "-rf"], ["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        if folder.exists():
            subprocess.run(
                [*command, "--", str(folder)],
                env=known.environment(),
                capture_output=True,
                check=False,
            )


def copy_tree(
    source: Path,
    target: Path,
    limit: int,
    skip: Callable[[Path], bool] = lambda path: False,
    new: bool = False,
    left_out: Callable[[Path], None] = lambda path: None,
) -> None:
    """Copy regular files and folders, at most ``limit`` bytes together; the rest is left out.

    Folders are walked by handle and nothing is followed, so that a link put in place meanwhile
    leads nowhere.

    Args:
        skip: whether a path, relative to ``source``, is left out.
        new: leave files alone that ``target`` has.
        left_out: hears of each path that is no regular file or folder, too large or too deep.
    """
    left = limit
    target.mkdir(parents=True, exist_ok=True)
    for folder, names, files, handle in os.fwalk(source, follow_symlinks=False):
        place = Path(folder).relative_to(source)
        deep = len(place.parts) >= MAX_DEPTH
        wanted = [name for name in names if not skip(place / name)]
        names[:] = [] if deep else wanted
        for name in wanted if deep else ():
            left_out(place / name)
        for name in names:
            if _is(handle, name, stat.S_ISDIR):
                with suppress(OSError):
                    (target / place / name).mkdir(exist_ok=True)
            else:
                left_out(place / name)
        for name in files:
            copy = target / place / name
            if skip(place / name):
                continue
            if not _is(handle, name, stat.S_ISREG):
                left_out(place / name)
                continue
            if (new and os.path.exists(copy)) or os.path.islink(copy):
                continue
            left -= _copy_file(handle, name, copy, left)
            if not os.path.exists(copy):
                left_out(place / name)


#: Of each file the path relative to the folder, size, time of change in ns, and inode.
Fingerprint = tuple[tuple[str, int, int, int], ...]


def fingerprint(folder: Path) -> Fingerprint:
    """Changes when a file below ``folder`` does; that an empty folder appeared does not show."""
    found = []
    for path, names, files, handle in os.fwalk(folder, follow_symlinks=False):
        place = os.path.relpath(path, folder)
        if place != "." and place.count("/") + 1 >= MAX_DEPTH:
            names.clear()
        for name in files:
            with suppress(OSError):
                state = os.stat(name, dir_fd=handle, follow_symlinks=False)
                own = name if place == "." else f"{place}/{name}"
                found.append((own, state.st_size, state.st_mtime_ns, state.st_ino))
    return tuple(sorted(found))


def _is(folder: int, name: str, kind: Callable[[int], bool]) -> bool:
    try:
        return kind(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def _copy_file(folder: int, name: str, target: Path, left: int) -> int:
    """Copy one file if it is a regular one of at most ``left`` bytes; the number of its bytes."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        with open(os.open(name, flags, dir_fd=folder), "rb") as file:
            state = os.fstat(file.fileno())
            if stat.S_ISREG(state.st_mode) and state.st_size <= left and target.parent.is_dir():
                # Who has an older copy open keeps it whole.
                target.unlink(missing_ok=True)
                with target.open("wb") as copy:
                    # No more than the size that was looked at, whatever is written meanwhile.
                    unread = state.st_size
                    while unread and (part := file.read(min(unread, 2**20))):
                        copy.write(part)
                        unread -= len(part)
                return state.st_size
    except OSError as error:
        if error.errno in DISK_FULL:
            raise  # a learner must not lose points for a file that the grader had no room for
    return 0
